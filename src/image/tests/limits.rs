use super::super::codec::{self, Effort};
use super::*;

fn mixture() -> Vec<(&'static str, AssetKind, Vec<u8>)> {
    vec![
        ("a.jpg", AssetKind::Jpeg, photo_jpeg(200, 150, 85)),
        ("font.woff2", AssetKind::Font, b"wOF2".to_vec()),
        ("b.png", AssetKind::Png, as_png(photo(150, 100))),
        ("c.jpg", AssetKind::Jpeg, photo_jpeg(90, 150, 70)),
        ("d.png", AssetKind::Png, as_png(photo(30, 30))),
        (
            "e.svg",
            AssetKind::Svg,
            br#"<svg xmlns="http://www.w3.org/2000/svg" width="5" height="4"> <g/> </svg>"#.to_vec(),
        ),
        ("broken.png", AssetKind::Png, b"\x89PNG\r\n\x1a\n".to_vec()),
    ]
}

type Plain = (Vec<Option<(Vec<u8>, u32, u32)>>, Vec<Diagnostic>);

fn plain(noted: Noted<ImageSets>) -> Plain {
    let images = noted.value.iter().map(|image| image.as_ref().map(|i| (i.bytes.to_vec(), i.width, i.height)));
    (images.collect(), noted.problems)
}

#[test]
fn the_same_from_any_number_of_threads() {
    let with_threads = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        plain(pool.install(|| run(&mixture(), ImageMode::On)))
    };
    let one = with_threads(1);
    assert!(one.0[1].is_none(), "a font is no image");
    assert_eq!(codes(&one.1), ["corrupt-image"]);
    for threads in [2, 5] {
        assert!(with_threads(threads) == one);
    }
}

#[test]
fn a_second_run_reads_the_cache_and_gives_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let build = |mode| {
        let cache = Cache::new(Some(folder.path().to_path_buf()));
        (plain(optimize(&graph(&mixture()), &options(mode), &cache)), cache.counts())
    };
    let (cold, counts) = build(ImageMode::On);
    assert_eq!(counts.0, 0);
    let (warm, counts) = build(ImageMode::On);
    assert_eq!(counts, (5, 1), "all but the broken one");
    assert!(warm == cold);
    let (lossy, _) = build(ImageMode::Lossy);
    assert!(lossy.0[0] != cold.0[0], "another mode does not get the entries of this one");
}

#[test]
fn off_keeps_bytes_and_measures_the_same() {
    let (off, on) = (plain(run(&mixture(), ImageMode::Off)), plain(run(&mixture(), ImageMode::On)));
    for ((off, on), (name, _, source)) in off.0.iter().zip(&on.0).zip(mixture()) {
        let (Some(off), Some(on)) = (off, on) else { continue };
        assert_eq!(off.0, source);
        assert_eq!((off.1, off.2), (on.1, on.2), "{name}");
    }
}

#[test]
fn cut_and_flipped_files_never_panic() {
    let sources = [
        (AssetKind::Png, as_png(photo(40, 30))),
        (AssetKind::Jpeg, photo_jpeg(64, 48, 80)),
        (AssetKind::Jpeg, clean(AssetKind::Jpeg, &photo_jpeg(64, 48, 80)).bytes.to_vec()),
    ];
    for (kind, source) in sources {
        for step in 0..120 {
            let end = source.len() * step / 120;
            let (_, problems) = only(kind, &source[..end]);
            assert_eq!(codes(&problems), ["corrupt-image"], "{kind:?} cut at {end} of {}", source.len());
        }
        for step in 0..250 {
            let mut flipped = source.clone();
            let at = source.len() * step / 250;
            flipped[at] ^= 1 << (step % 8);
            let (done, problems) = only(kind, &flipped);
            if problems.iter().all(|problem| !problem.is_error()) && done.bytes.len() < flipped.len() {
                assert_eq!(decode(&done.bytes), decode(&flipped), "{kind:?}, byte {at}");
            }
        }
    }
}

#[test]
fn a_huge_picture_is_kept_and_said_so() {
    let mut source = photo_jpeg(16, 16, 80);
    let at = source.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap();
    source[at + 5..at + 9].copy_from_slice(&[0xFF, 0xFF, 0xFF, 0xFF]);
    let (done, problems) = only(AssetKind::Jpeg, &source);
    assert_eq!(codes(&problems), ["image-too-large"]);
    assert_eq!((done.width, done.height), (65535, 65535));
}

#[test]
fn wrong_names() {
    let (done, problems) = only(AssetKind::Png, &photo_jpeg(30, 20, 80));
    assert_eq!(codes(&problems), ["image-type-mismatch"]);
    assert!(problems[0].message.contains("JPEG, not a PNG"));
    assert_eq!((done.width, done.height), (30, 20));
    assert_eq!(done.bytes[..], photo_jpeg(30, 20, 80)[..]);
    let (_, problems) = only(AssetKind::Ico, &as_png(photo(16, 16)));
    assert_eq!(problems, [], "a PNG as favicon.ico is usual");
}

#[test]
fn no_images_at_all() {
    let hint = |bytes: &[u8]| {
        let (_, problems) = only(AssetKind::Jpeg, bytes);
        assert_eq!(codes(&problems), ["corrupt-image"]);
        format!("{} / {}", problems[0].message, problems[0].hint.as_ref().unwrap())
    };
    assert!(hint(b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n").contains("git lfs pull"));
    assert!(hint(b"<!DOCTYPE html><html>404</html>").contains("HTML page"));
    assert!(hint(b"").contains("empty"));
}

#[test]
fn other_formats_are_kept_and_measured() {
    let picture = photo(33, 21);
    let mut webp = Vec::new();
    image::codecs::webp::WebPEncoder::new_lossless(&mut webp)
        .write_image(&picture, 33, 21, ExtendedColorType::Rgb8)
        .unwrap();
    let mut gif = Cursor::new(Vec::new());
    DynamicImage::from(picture).write_to(&mut gif, ImageFormat::Gif).unwrap();
    for (kind, source) in [(AssetKind::Webp, webp), (AssetKind::Gif, gif.into_inner())] {
        let done = clean(kind, &source);
        assert_eq!((done.width, done.height), (33, 21));
        assert_eq!(done.bytes[..], source[..]);
    }
    let ico = [&[0, 0, 1, 0, 2, 0][..], &[16; 16], &[48, 48], &[0; 14]].concat();
    assert_eq!(clean(AssetKind::Ico, &ico).width, 48);
}

#[test]
fn the_size_of_an_avif_is_its_primary_item() {
    let boxed = |name: &[u8; 4], body: &[u8]| [&(body.len() as u32 + 8).to_be_bytes()[..], name, body].concat();
    let ispe =
        |width: u32, height: u32| boxed(b"ispe", &[&[0; 4][..], &width.to_be_bytes(), &height.to_be_bytes()].concat());
    // A thumbnail's size, the picture's, and a quarter turn of the picture.
    let ipco = boxed(b"ipco", &[ispe(160, 120), ispe(640, 480), boxed(b"irot", &[1])].concat());
    let ipma = boxed(b"ipma", &[0, 0, 0, 0, 0, 0, 0, 2, 0, 1, 1, 0x81, 0, 2, 2, 0x82, 0x83]);
    let meta = [&[0; 4][..], &boxed(b"pitm", &[0, 0, 0, 0, 0, 2]), &boxed(b"iprp", &[ipco, ipma].concat())].concat();
    let file = [boxed(b"ftyp", b"avif\0\0\0\0mif1"), boxed(b"meta", &meta)].concat();
    let done = clean(AssetKind::Avif, &file);
    assert_eq!((done.width, done.height), (480, 640));
}

/// The cache key names the encoders: a new version must not read what an old one wrote.
#[test]
fn the_keys_name_the_encoders_in_use() {
    let lock = include_str!("../../../Cargo.lock");
    let of =
        |effort| [codec::png::encoder(effort), codec::jpeg::encoder(effort, false), codec::jpeg::encoder(effort, true)];
    for named in [Effort::Usual, Effort::Most].into_iter().flat_map(of) {
        let (name, rest) = named.split_once(' ').unwrap();
        let version = rest.split(',').next().unwrap();
        assert!(lock.contains(&format!("name = \"{name}\"\nversion = \"{version}\"")), "{named} is not in Cargo.lock");
    }
}
