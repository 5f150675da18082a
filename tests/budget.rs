//! What the storefront is told when it is pushed over its line: the cause, with the import; and that it holds again once
//! that is done.

mod support;

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use support::{copy, git_is_missing, installed, node_is_missing, plimsoll, run, write};

/// Without what takes long and is not judged here.
const QUICK: [&str; 5] =
    ["--images=off", "--precompress=br", "--service-worker=off", "--headers=none", "--log-level=error"];

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/storefront")
}

fn place(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("budget").join(name)
}

/// A copy of the shop under a name of its own.
fn shop(name: &str) -> PathBuf {
    let place = place(name);
    if place.exists() {
        std::fs::remove_dir_all(&place).unwrap();
    }
    copy(&fixture(), &place);
    place
}

struct Built {
    status: i32,
    json: Value,
    told: String,
}

impl Built {
    fn line(&self, subject: &str) -> &Value {
        let lines = self.json["verdict"]["lines"].as_array().unwrap();
        lines.iter().find(|line| line["line"]["subject"] == subject).unwrap_or_else(|| panic!("{subject}: {lines:#?}"))
    }
}

const INDEX: &str = "initial load of index.html";

fn build(shop: &Path, budget: &str, more: &[&str]) -> Built {
    write(&shop.join("budget.json"), budget.as_bytes());
    let mut build = plimsoll(shop);
    // Compressed copies and objects are the same in all of these shops.
    build.env("XDG_CACHE_HOME", place("cache"));
    build.arg("build").args(QUICK).args(["--budget=budget.json", "--json"]).args(more);
    let done = run(&mut build);
    let json = serde_json::from_str(&done.stdout).unwrap_or_else(|_| panic!("{}\n{}", done.stdout, done.stderr));
    Built { status: done.status, json, told: done.stderr }
}

fn limit(max: u64) -> String {
    format!(r#"{{"limits": [{{"measure": "initial-load", "pages": "index.html", "max": "{max} B"}}]}}"#)
}

/// The initial load of the shop as it is, and a little room: half of what the smallest cause below brings.
fn room() -> Option<u64> {
    static LOAD: OnceLock<Option<u64>> = OnceLock::new();
    *LOAD.get_or_init(|| {
        if node_is_missing() {
            return None;
        }
        installed(&fixture());
        let built = build(&shop("as it is"), &limit(100_000_000), &[]);
        assert_eq!(built.status, 0, "{}", built.told);
        let mut check = plimsoll(&place("as it is"));
        check.env("XDG_CACHE_HOME", place("cache")).arg("check").args(QUICK).args(["--budget=budget.json"]);
        let done = run(check.arg("--update-baseline"));
        assert_eq!(done.status, 0, "{}", done.stderr);
        Some(built.line(INDEX)["actual"].as_u64().unwrap() + 1_500)
    })
}

/// The baseline of the shop as it is.
fn with_baseline(shop: &Path) {
    let baseline = std::fs::read(place("as it is").join("budgets/baseline.json")).unwrap();
    write(&shop.join("budgets/baseline.json"), &baseline);
}

fn edit(shop: &Path, file: &str, from: &str, to: &str) {
    let path = shop.join(file);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{file} has no {from}");
    std::fs::write(path, text.replacen(from, to, 1)).unwrap();
}

/// Builds the shop over its line and, once the advice was followed, under it. `compared`: with the baseline of before.
fn goes_over(
    (name, compared): (&str, bool),
    spoil: impl Fn(&Path),
    (file, line_has): (&str, &str),
    word: &str,
    follow: impl Fn(&Path),
) {
    let Some(room) = room() else { return };
    let shop = shop(name);
    spoil(&shop);
    if compared {
        with_baseline(&shop);
    }
    let built = build(&shop, &limit(room), &[]);
    assert_eq!(built.status, 3, "{name}: {}", built.told);
    let line = built.line(INDEX);
    let first = &line["advice"][0];
    let told = format!("{name}: {:#}", line["advice"]);
    assert_eq!(first["at"]["file"], file, "{told}");
    assert!(first["at"]["line_text"].as_str().unwrap().contains(line_has), "{told}");
    assert!(first["text"].as_str().unwrap().contains(word), "{told}");
    assert_eq!(first["is_enough"], true, "{told}");
    let promised = line["actual"].as_u64().unwrap() - first["saves"].as_u64().unwrap();
    follow(&shop);
    let built = build(&shop, &limit(room), &[]);
    let after = built.line(INDEX)["actual"].as_u64().unwrap();
    assert_eq!(built.status, 0, "{name}: {after} of {room}, {promised} promised\n{}", built.told);
    // What is loaded lazily still costs its `import()`, and other chunks may be put together.
    let off = after.abs_diff(promised);
    assert!(off * 50 < promised, "{name}: promised {promised}, is {after}");
}

#[test]
fn a_heavy_import() {
    let at = "src/layout/Layout.tsx";
    let spoil = |shop: &Path| {
        edit(shop, at, "import logo", "import { renderToStaticMarkup } from 'react-dom/server';\nimport logo");
        edit(
            shop,
            at,
            "<small>status</small>",
            "<small onClick={() => console.log(renderToStaticMarkup(<b />))}>status</small>",
        );
    };
    let follow = |shop: &Path| {
        edit(shop, at, "import { renderToStaticMarkup } from 'react-dom/server';\n", "");
        let lazily = "import('react-dom/server').then((m) => console.log(m.renderToStaticMarkup(<b />)))";
        edit(shop, at, "console.log(renderToStaticMarkup(<b />))", lazily);
    };
    goes_over(("heavy import", false), spoil, (at, "'react-dom/server'"), "react-dom/server", follow);
}

#[test]
fn a_lazy_route_that_was_lost() {
    let at = "src/router.tsx";
    let lazy = "const Help = lazy(() => import('@/routes/help'));";
    let spoil = |shop: &Path| {
        edit(shop, at, lazy, "");
        edit(shop, at, "import { Oops }", "import Help from '@/routes/help';\nimport { Oops }");
    };
    let follow = |shop: &Path| {
        edit(shop, at, "import Help from '@/routes/help';\n", "");
        edit(shop, at, "export const router", &format!("{lazy}\nexport const router"));
    };
    goes_over(("lost lazy route", false), spoil, (at, "'@/routes/help'"), "lazily", follow);
}

#[test]
fn a_static_import_that_makes_an_import_call_useless() {
    let at = "src/layout/Layout.tsx";
    let spoil = |shop: &Path| {
        edit(shop, at, "import logo", "import Help from '../routes/help';\nimport logo");
        edit(shop, at, "<small>status</small>", "<small onClick={() => console.log(Help.name)}>status</small>");
    };
    let follow = |shop: &Path| {
        edit(shop, at, "import Help from '../routes/help';\n", "");
        edit(shop, at, "console.log(Help.name)", "import('../routes/help').then((m) => console.log(m.default.name))");
    };
    goes_over(("useless import()", false), spoil, (at, "'../routes/help'"), "src/routes/help.tsx", follow);
}

#[test]
fn a_package_in_two_versions() {
    let at = "src/layout/Layout.tsx";
    let spoil = |shop: &Path| {
        let package = shop.join("node_modules/old-calendar");
        let manifest =
            r#"{"name":"old-calendar","version":"2.0.0","main":"index.js","dependencies":{"dayjs":"1.10.8"}}"#;
        write(&package.join("package.json"), manifest.as_bytes());
        write(&package.join("index.js"), b"exports.today = function () { return require('dayjs')().format(); };\n");
        let (from, to) = (shop.join("node_modules/dayjs"), package.join("node_modules/dayjs"));
        std::fs::create_dir_all(&to).unwrap();
        let text = std::fs::read_to_string(from.join("dayjs.min.js")).unwrap();
        write(&to.join("dayjs.min.js"), text.replacen("millisecond", "millisekond", 1).as_bytes());
        write(&to.join("package.json"), br#"{"name":"dayjs","version":"1.10.8","main":"dayjs.min.js"}"#);
        edit(
            shop,
            at,
            "import logo",
            "import { today } from 'old-calendar';\nimport { day } from '@/lib/dates';\nimport logo",
        );
        edit(shop, at, "<small>status</small>", "<small title={today()}>{day('2025-01-01')}</small>");
    };
    let follow = |shop: &Path| std::fs::remove_dir_all(shop.join("node_modules/old-calendar/node_modules")).unwrap();
    // The shop's own copy comes with `day`, and is within the line that is drawn here.
    let Some(_) = room() else { return };
    let (shop, subject) = (shop("two versions"), INDEX);
    spoil(&shop);
    let both = build(&shop, &limit(100_000_000), &[]).line(subject)["actual"].as_u64().unwrap();
    follow(&shop);
    let one = build(&shop, &limit(100_000_000), &[]).line(subject)["actual"].as_u64().unwrap();
    assert!(both > one + 1_000, "{both} {one}");
    let line = one + (both - one) / 2;
    let again = self::shop("two versions");
    spoil(&again);
    let built = build(&again, &limit(line), &[]);
    assert_eq!(built.status, 3, "{}", built.told);
    let first = &built.line(subject)["advice"][0];
    assert!(first["text"].as_str().unwrap().contains("one version of dayjs"), "{first:#}");
    assert_eq!((&first["at"]["file"], &first["at"]["line"]), (&"node_modules/old-calendar/index.js".into(), &1.into()));
    assert_eq!(first["is_enough"], true, "{first:#}");
    follow(&again);
    assert_eq!(build(&again, &limit(line), &[]).status, 0);
}

/// A photograph as PNG, as it comes out of a screenshot tool.
fn photograph(shop: &Path) -> Vec<u8> {
    let picture = image::open(shop.join("src/photos/moon-vase.jpg")).unwrap();
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

#[test]
fn an_image_in_the_wrong_format() {
    let at = "index.html";
    let spoil = |shop: &Path| {
        write(&shop.join("images/vase.png"), &photograph(shop));
        edit(
            shop,
            at,
            "<footer class=\"footer\">",
            "<footer class=\"footer\">\n<img src=\"/images/vase.png\" alt=\"A vase\">",
        );
    };
    let Some(room) = room() else { return };
    // As a JPEG it is about as large as the others.
    let (shop, subject) = (shop("image"), INDEX);
    spoil(&shop);
    let size = std::fs::metadata(shop.join("src/photos/moon-vase.jpg")).unwrap().len();
    let line = room + size * 2;
    let built = build(&shop, &limit(line), &[]);
    assert_eq!(built.status, 3, "{}", built.told);
    let first = &built.line(subject)["advice"][0];
    assert_eq!(first["at"]["file"], at, "{first:#}");
    assert!(first["at"]["line_text"].as_str().unwrap().contains("vase.png"), "{first:#}");
    assert!(first["text"].as_str().unwrap().contains("images/vase.png as a JPEG"), "{first:#}");
    assert_eq!(first["is_enough"], true, "{first:#}");
    std::fs::copy(shop.join("src/photos/moon-vase.jpg"), shop.join("images/vase.jpg")).unwrap();
    edit(&shop, at, "/images/vase.png", "/images/vase.jpg");
    assert_eq!(build(&shop, &limit(line), &[]).status, 0);
}

#[test]
fn one_more_face_of_a_font() {
    let at = "src/styles/typography.css";
    let import = "@import '@fontsource/inter/latin-800.css';\n";
    let rule = "\n.loud {\n  font: 800 1rem 'Inter';\n}\n";
    let spoil = |shop: &Path| edit(shop, at, "\nbody {", &format!("{import}{rule}\nbody {{"));
    let follow = |shop: &Path| edit(shop, at, import, "");
    goes_over(("font", true), spoil, (at, "latin-800.css"), "inter-latin-800-normal", follow);
}

/// Without a baseline git knows what is new.
#[test]
fn lines_that_are_not_committed_come_first() {
    let Some(room) = room().filter(|_| !git_is_missing()) else { return };
    let (shop, at) = (shop("git"), "src/styles/typography.css");
    let git = |arguments: &[&str]| {
        let mut git = std::process::Command::new("git");
        git.current_dir(&shop).args(["-c", "user.name=t", "-c", "user.email=t@localhost"]).args(arguments);
        assert_eq!(run(&mut git).status, 0);
    };
    git(&["init", "-q", "."]);
    git(&["add", "."]);
    git(&["commit", "-q", "-m", "shop"]);
    let import = "@import '@fontsource/inter/latin-800.css';\n\n.loud {\n  font: 800 1rem 'Inter';\n}\n";
    edit(&shop, at, "\nbody {", &format!("{import}\nbody {{"));
    let built = build(&shop, &limit(room), &[]);
    assert_eq!(built.status, 3, "{}", built.told);
    let first = &built.line(INDEX)["advice"][0];
    assert!(first["text"].as_str().unwrap().contains("inter-latin-800-normal"), "{first:#}");
    assert_eq!(first["at"]["file"], at);
}

#[test]
fn a_barrel_with_side_effects() {
    let at = "src/layout/Layout.tsx";
    let spoil = |shop: &Path| {
        let package = shop.join("node_modules/toolbox");
        write(
            &package.join("package.json"),
            br#"{"name":"toolbox","version":"3.1.0","type":"module","main":"index.js"}"#,
        );
        let mut barrel = String::new();
        for tool in 0..40u64 {
            barrel += &format!("export {{ tool{tool} }} from './tool{tool}.js';\n");
            let mut seed = 0x9E37_79B9_7F4A_7C15u64 ^ (tool + 1);
            let mut word = || {
                seed ^= seed << 13;
                seed ^= seed >> 7;
                seed ^= seed << 17;
                format!("{seed:x} ")
            };
            let text: String = (0..20).map(|_| word()).collect();
            let code = format!(
                "globalThis.__tools ??= [];\nglobalThis.__tools.push({text:?});\nexport const tool{tool} = () => {tool};\n"
            );
            write(&package.join(format!("tool{tool}.js")), code.as_bytes());
        }
        write(&package.join("index.js"), barrel.as_bytes());
        edit(shop, at, "import logo", "import { tool7 } from 'toolbox';\nimport logo");
        edit(shop, at, "<small>status</small>", "<small>{tool7()}</small>");
    };
    let follow = |shop: &Path| edit(shop, at, "from 'toolbox'", "from 'toolbox/tool7.js'");
    goes_over(("barrel", false), spoil, (at, "'toolbox'"), "toolbox", follow);
}

#[test]
fn data_that_is_imported_at_once() {
    let at = "src/layout/Layout.tsx";
    let spoil = |shop: &Path| {
        let towns: Vec<String> =
            (0..3_000u64).map(|n| format!("{:x}", n.wrapping_mul(0x9E37_79B9_7F4A_7C15))).collect();
        write(&shop.join("src/data/towns.json"), serde_json::to_string(&towns).unwrap().as_bytes());
        edit(shop, at, "import logo", "import towns from '../data/towns.json';\nimport logo");
        edit(shop, at, "<small>status</small>", "<small onClick={() => console.log(towns)}>status</small>");
    };
    let follow = |shop: &Path| {
        edit(shop, at, "import towns from '../data/towns.json';\n", "");
        edit(shop, at, "console.log(towns)", "import('../data/towns.json').then((m) => console.log(m.default))");
    };
    goes_over(("data", false), spoil, (at, "towns.json"), "src/data/towns.json", follow);
}

/// size-limit, bundlewatch, webpack and Angular's builder on the same files with the same configurations.
#[test]
fn budgets_of_other_tools_have_the_same_verdicts() {
    if node_is_missing() {
        return;
    }
    let suite = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/budgets");
    installed(&suite);
    let mut compare = std::process::Command::new("node");
    let done = run(compare.arg(suite.join("run.mjs")).args(["--plimsoll", env!("CARGO_BIN_EXE_plimsoll")]));
    assert_eq!(done.status, 0, "{}\n{}", done.stdout, done.stderr);
}

#[test]
fn mistakes_of_a_budget_are_told_before_anything_is_built() {
    let site = support::project(&[("index.html", "<p>Hello</p>")]);
    let cases = [
        (
            "{\n \"limits\": [{ \"measure\": \"initial-load\", \"pagse\": \"*\", \"max\": \"1 MB\" }]\n}",
            2,
            "did you mean \"pages\"?",
        ),
        ("{\n \"limits\": [{ \"measure\": \"initial-load\", \"max\": \"170 KB\" }]\n}", 2, "did you mean kB?"),
        ("{\n \"limits\": [{ \"measure\": \"initial-load\", \"max\": \"-1 kB\" }]\n}", 2, "not below 0"),
        ("{\n \"limits\": [{ \"measure\": \"initial-load\", \"max\": \"99999999999 GB\" }]\n}", 2, "beyond 2^53"),
        (
            "{\n \"limits\": [{ \"measure\": \"intial-load\", \"max\": \"1 kB\" }]\n}",
            2,
            "did you mean \"initial-load\"?",
        ),
        ("{\n \"limits\": [{ \"measure\": \"total\", \"max\": 12 }]\n}", 2, "the unit is missing"),
        ("[{\n \"resourceSizes\": [{ \"resourceType\": \"scripts\", \"budget\": 1 }]\n}]", 2, "script"),
        ("{\n", 1, "JSON"),
    ];
    for (text, line, word) in cases {
        write(&site.path().join("b.json"), text.as_bytes());
        let done = run(plimsoll(site.path()).args(["build", "index.html", "--budget=b.json"]));
        assert_eq!(done.status, 2, "{text}\n{}", done.stderr);
        assert!(done.stderr.contains(&format!("b.json:{line}:")), "{text}\n{}", done.stderr);
        assert!(done.stderr.contains(word), "{text}\n{}", done.stderr);
        assert!(!site.path().join("dist").exists());
    }
    // Whether there is such a page is known once it is built.
    let text =
        "{\n \"limits\": [\n  { \"measure\": \"initial-load\", \"pages\": \"indx.html\", \"max\": \"1 kB\" }]\n}";
    write(&site.path().join("b.json"), text.as_bytes());
    let done = run(plimsoll(site.path()).args(["build", "index.html", "--budget=b.json"]));
    assert_eq!(done.status, 2, "{}", done.stderr);
    assert!(
        done.stderr.contains("b.json:3:") && done.stderr.contains("did you mean \"index.html\"?"),
        "{}",
        done.stderr
    );
}
