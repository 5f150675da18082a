use super::seal;
use crate::base::{AssetId, ChunkId, ContentHash, PageId, SheetId};
use crate::config::Options;
use crate::model::{FileKind, NameTemplate, OutputKey, Piece, RefStyle, RenderedFile, Sealed};

fn options() -> Options {
    Options::for_tests()
}

fn chunk(id: u32) -> OutputKey {
    OutputKey::Chunk(ChunkId(id))
}

fn asset(id: u32) -> OutputKey {
    OutputKey::Asset(AssetId(id))
}

fn page(id: u32) -> OutputKey {
    OutputKey::Page(PageId(id))
}

fn text(text: &str) -> Piece {
    Piece::Text(text.as_bytes().to_vec())
}

fn relative(key: OutputKey) -> Piece {
    Piece::Ref(key, RefStyle::Relative)
}

fn file(key: OutputKey, template: &str, name: &str, ext: &str, body: Vec<Piece>) -> RenderedFile {
    let kind = match ext {
        ".js" => FileKind::Script,
        ".html" => FileKind::Document,
        _ => FileKind::Other,
    };
    let name = NameTemplate { template: template.into(), dir: String::new(), name: name.into(), ext: ext.into() };
    RenderedFile { key, kind, name, body, contributions: Vec::new(), exports: Vec::new() }
}

fn script(id: u32, name: &str, body: Vec<Piece>) -> RenderedFile {
    file(chunk(id), "assets/[name]-[hash]", name, ".js", body)
}

/// Seals without problems.
fn clean(files: Vec<RenderedFile>) -> Sealed {
    let noted = seal(files, &options());
    assert!(noted.problems.is_empty(), "{:?}", noted.problems);
    noted.value
}

fn path_of(sealed: &Sealed, key: &OutputKey) -> String {
    sealed.files.iter().find(|file| file.key == *key).unwrap_or_else(|| panic!("no {key:?}")).path.clone()
}

fn text_of(sealed: &Sealed, key: &OutputKey) -> String {
    let file = sealed.files.iter().find(|file| file.key == *key).unwrap();
    String::from_utf8(file.bytes.to_vec()).unwrap()
}

fn names(sealed: &Sealed) -> Vec<&str> {
    sealed.files.iter().map(|file| file.path.as_str()).collect()
}

/// a ⇄ b, both → leaf, page → a, lone.
fn small_site(leaf: &str, b: &str) -> Vec<RenderedFile> {
    vec![
        script(0, "a", vec![text("import'"), relative(chunk(1)), text("';import'"), relative(chunk(2)), text("'")]),
        script(1, "b", vec![text(b), text("import('"), relative(chunk(0)), text("')"), relative(chunk(2))]),
        script(2, "leaf", vec![text(leaf)]),
        script(3, "lone", vec![text("lone()")]),
        file(
            page(0),
            "index.html",
            "index",
            ".html",
            vec![text("<script src="), Piece::Ref(chunk(0), RefStyle::Public)],
        ),
    ]
}

#[test]
fn names_do_not_depend_on_the_order_of_the_input() {
    let first = clean(small_site("x", "y"));
    for rotation in 1..5 {
        let mut files = small_site("x", "y");
        files.rotate_left(rotation);
        if rotation % 2 == 0 {
            files.reverse();
        }
        let again = clean(files);
        assert_eq!(names(&first), names(&again));
        assert!(first.files.iter().zip(&again.files).all(|(a, b)| a.bytes == b.bytes));
    }
}

#[test]
fn names_of_a_circle_do_not_depend_on_ids() {
    let ring = |ids: [u32; 3]| {
        let [a, b, c] = ids;
        clean(vec![
            script(a, "n", vec![text("one"), relative(chunk(b))]),
            script(b, "n", vec![text("two"), relative(chunk(c))]),
            script(c, "n", vec![text("three"), relative(chunk(a))]),
        ])
    };
    assert_eq!(names(&ring([0, 1, 2])), names(&ring([2, 0, 1])));
    assert_eq!(names(&ring([0, 1, 2])), names(&ring([1, 0, 2])));
    let turned = clean(vec![
        script(0, "n", vec![text("one"), relative(chunk(2))]),
        script(2, "n", vec![text("three"), relative(chunk(1))]),
        script(1, "n", vec![text("two"), relative(chunk(0))]),
    ]);
    assert_ne!(names(&ring([0, 1, 2])), names(&turned), "the direction of the ring is content too");
}

#[test]
fn a_leaf_renames_its_importers_and_nothing_else() {
    let (before, after) = (clean(small_site("x", "y")), clean(small_site("changed", "y")));
    for id in 0..3 {
        assert_ne!(path_of(&before, &chunk(id)), path_of(&after, &chunk(id)), "chunk {id}");
    }
    assert_eq!(path_of(&before, &chunk(3)), path_of(&after, &chunk(3)));
    assert_eq!(path_of(&after, &page(0)), "index.html");
    assert_eq!(text_of(&after, &page(0)), format!("<script src=/{}", path_of(&after, &chunk(0))));
}

#[test]
fn editing_one_file_of_a_circle_renames_the_circle() {
    let (before, after) = (clean(small_site("x", "y")), clean(small_site("x", "edited")));
    assert_ne!(path_of(&before, &chunk(0)), path_of(&after, &chunk(0)));
    assert_ne!(path_of(&before, &chunk(1)), path_of(&after, &chunk(1)));
    assert_eq!(path_of(&before, &chunk(2)), path_of(&after, &chunk(2)));
    let b = path_of(&after, &chunk(1));
    let expected = format!("import'./{}", b.trim_start_matches("assets/"));
    assert!(text_of(&after, &chunk(0)).starts_with(&expected));
    let a = after.files.iter().find(|file| file.key == chunk(0)).unwrap();
    assert_eq!(a.mentions, [b, path_of(&after, &chunk(2))]);
}

#[test]
fn a_file_that_mentions_itself_has_a_name() {
    let sealed = clean(vec![script(0, "self", vec![text("x"), relative(chunk(0))])]);
    assert!(text_of(&sealed, &chunk(0)).ends_with(&path_of(&sealed, &chunk(0))["assets/".len()..]));
}

#[test]
fn identical_members_of_a_circle_become_one_file() {
    let sealed = clean(vec![
        script(0, "twin", vec![text("import '"), relative(chunk(1))]),
        script(1, "twin", vec![text("import '"), relative(chunk(0))]),
    ]);
    assert_eq!(sealed.files.len(), 1);
}

#[test]
fn a_lone_file_is_named_by_the_hash_of_its_bytes() {
    let sealed = clean(vec![script(0, "main", vec![text("hello"), text(" world")])]);
    assert_eq!(path_of(&sealed, &chunk(0)), format!("assets/main-{}.js", ContentHash::of(b"hello world").short()));
    assert!(sealed.files[0].hashed);
}

#[test]
fn maps_follow_their_script() {
    let with_map = |map: &str| {
        let key = OutputKey::Map(Box::new(chunk(0)));
        clean(vec![
            script(0, "main", vec![text("x\n//# sourceMappingURL="), Piece::Ref(key.clone(), RefStyle::FileName)]),
            file(key, "[name]", "ignored", ".map", vec![text(map), Piece::Ref(chunk(0), RefStyle::FileName)]),
        ])
    };
    let (before, after) = (with_map("{1}"), with_map("{2}"));
    assert_eq!(names(&before), names(&after), "a map takes no part in the hash");
    let main = path_of(&before, &chunk(0));
    assert_eq!(names(&before), [main.clone(), format!("{main}.map")]);
    assert!(text_of(&before, &chunk(0)).ends_with(&format!("sourceMappingURL={}.map", &main["assets/".len()..])));
    assert!(before.files[1].hashed);
    assert_eq!(before.files[0].mentions, [format!("{main}.map")]);
    assert!(text_of(&before, &OutputKey::Map(Box::new(chunk(0)))).ends_with(&main["assets/".len()..]));
}

#[test]
fn twins_may_have_different_maps() {
    let map = |id| OutputKey::Map(Box::new(chunk(id)));
    let sealed = clean(vec![
        script(0, "a", vec![text("x"), Piece::Ref(map(0), RefStyle::FileName)]),
        script(1, "a", vec![text("x"), Piece::Ref(map(1), RefStyle::FileName)]),
        file(map(0), "", "", "", vec![text("one")]),
        file(map(1), "", "", "", vec![text("two")]),
    ]);
    assert_eq!(sealed.files.len(), 2);
}

#[test]
fn integrity_is_of_the_final_bytes() {
    let sealed = clean(vec![
        script(0, "main", vec![text("a"), relative(chunk(1))]),
        script(1, "leaf", vec![text("leaf")]),
        file(page(0), "index.html", "", ".html", vec![Piece::Ref(chunk(0), RefStyle::Integrity)]),
        file(OutputKey::Named("x.txt".into()), "x.txt", "", "", vec![Piece::Ref(chunk(1), RefStyle::Integrity)]),
    ]);
    let main = sealed.files.iter().find(|file| file.key == chunk(0)).unwrap();
    assert_eq!(text_of(&sealed, &page(0)), super::group::integrity(&main.bytes));
    // printf leaf | openssl dgst -sha384 -binary | base64
    let leaf = "sha384-yIbb7/xCOQTURu2n0QBpahXYqBUhOGyz/26b6lJjSBAyaGITh1kkJzpMs6bpQLqk";
    assert_eq!(text_of(&sealed, &OutputKey::Named("x.txt".into())), leaf);
}

#[test]
fn integrity_inside_a_circle_is_an_error() {
    let noted = seal(
        vec![
            script(0, "a", vec![Piece::Ref(chunk(1), RefStyle::Integrity)]),
            script(1, "b", vec![text("b"), relative(chunk(0))]),
        ],
        &options(),
    );
    assert_eq!(noted.problems.len(), 1);
    assert_eq!(noted.problems[0].code, "integrity-cycle");
    assert_eq!(text_of(&noted.value, &chunk(0)), "");
}

#[test]
fn same_path_same_bytes_is_one_file() {
    let asset_file = |id, bytes| file(asset(id), "assets/[name]-[hash]", "logo", ".png", vec![text(bytes)]);
    let user = |a, b| script(0, "main", vec![relative(asset(a)), text(" "), relative(asset(b))]);
    let sealed = clean(vec![asset_file(0, "same"), asset_file(1, "same"), user(0, 1)]);
    assert_eq!(sealed.files.len(), 2);
    let body = text_of(&sealed, &chunk(0));
    let (first, second) = body.split_once(' ').unwrap();
    assert_eq!(first, second);
    assert_eq!(clean(vec![asset_file(0, "one"), asset_file(1, "two"), user(0, 1)]).files.len(), 3);
}

#[test]
fn unhashed_names_that_meet_are_numbered() {
    let shared = |id, name: &str, body: &str| file(chunk(id), "[name]", name, ".js", vec![text(body)]);
    let sealed =
        clean(vec![shared(0, "a", "one"), shared(1, "a", "two"), shared(2, "A", "three"), shared(3, "a", "one")]);
    assert_eq!(names(&sealed), ["A-3.js", "a-2.js", "a.js"]);
}

#[test]
fn explicit_names_that_meet_are_a_conflict() {
    let named = |id: u32, body| file(page(id), "index.html", "", ".html", vec![text(body)]);
    let noted = seal(vec![named(0, "one"), named(1, "two")], &options());
    assert_eq!(noted.problems.iter().map(|problem| problem.code.as_str()).collect::<Vec<_>>(), ["output-conflict"]);
    assert_eq!(clean(vec![named(0, "one"), named(1, "one")]).files.len(), 1);
}

#[test]
fn only_mentioned_assets_are_shipped() {
    let image = |id, name: &str, body| file(asset(id), "assets/[name]-[hash]", name, ".png", body);
    let sealed = clean(vec![
        script(0, "main", vec![relative(asset(0))]),
        image(0, "manifest", vec![relative(asset(1))]),
        image(1, "icon", vec![text("icon")]),
        image(2, "unused", vec![relative(asset(3))]),
        image(3, "unused-too", vec![relative(asset(2))]),
        file(asset(4), "robots.txt", "robots", ".txt", vec![text("User-agent: *")]),
    ]);
    let kept: Vec<&OutputKey> = sealed.files.iter().map(|file| &file.key).collect();
    assert_eq!(kept.len(), 4);
    assert!(!kept.contains(&&asset(2)) && !kept.contains(&&asset(3)));
    assert_eq!(path_of(&sealed, &asset(4)), "robots.txt");
}

#[test]
fn mentions_are_spelled_for_where_they_stand() {
    let mention = |style| Piece::Ref(asset(0), style);
    let body = vec![
        mention(RefStyle::Relative),
        text(" "),
        mention(RefStyle::Public),
        text(" "),
        mention(RefStyle::Path),
        text(" "),
        mention(RefStyle::FileName),
    ];
    let files = || {
        vec![
            file(page(0), "docs/index.html", "", ".html", body.clone()),
            file(asset(0), "img/my pic.png", "", ".png", vec![text("x")]),
        ]
    };
    assert_eq!(
        text_of(&clean(files()), &page(0)),
        "../img/my%20pic.png /img/my%20pic.png img/my%20pic.png my%20pic.png"
    );
    let mut options = options();
    options.public_path = "https://cdn.example/x".into();
    let there = seal(files(), &options).value;
    assert!(text_of(&there, &page(0)).contains(" https://cdn.example/x/img/my%20pic.png "));
    options.public_path.clear();
    let here = seal(files(), &options).value;
    assert!(text_of(&here, &page(0)).starts_with("../img/my%20pic.png ../img/my%20pic.png "));
}

#[test]
fn another_public_path_is_other_content() {
    let files = || {
        vec![
            script(0, "main", vec![Piece::Ref(asset(0), RefStyle::Public)]),
            file(asset(0), "assets/[name]-[hash]", "a", ".png", vec![text("x")]),
        ]
    };
    let mut other = options();
    other.public_path = "/app/".into();
    assert_ne!(path_of(&clean(files()), &chunk(0)), path_of(&seal(files(), &other).value, &chunk(0)));
}

#[test]
fn outfile_is_the_path_of_the_entry() {
    let mut options = options();
    options.outfile = Some("app/bundle.min.js".into());
    options.entry_names = "[dir]/[name]".into();
    let style = file(OutputKey::Style(SheetId(0)), "[dir]/[name]", "main", ".css", vec![text("b{}")]);
    // The template that `script` gives to the entry of `--outfile`.
    let files = vec![file(chunk(0), "app/bundle.min.js", "", "", vec![text("x")]), style.clone()];
    assert_eq!(names(&seal(files, &options).value), ["app/bundle.min.css", "app/bundle.min.js"]);
    options.outfile = Some("all.css".into());
    assert_eq!(names(&seal(vec![style], &options).value), ["all.css"]);
}

#[test]
fn a_mention_of_nothing_is_reported() {
    let noted = seal(vec![script(0, "a", vec![text("x"), relative(chunk(9))])], &options());
    assert_eq!(noted.problems[0].code, "missing-output");
}
