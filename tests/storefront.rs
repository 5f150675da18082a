//! The shop of `fixtures/storefront`, built as README says: in Chromium, and file by file.

mod support;

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use support::{chromium, copy, files, installed, node_is_missing, plimsoll, run, succeeds};

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/storefront")
}

/// A copy of the shop, built once for all tests here. `None` without Node.
fn shop() -> Option<&'static Path> {
    static SHOP: OnceLock<Option<PathBuf>> = OnceLock::new();
    let shop = SHOP.get_or_init(|| {
        if node_is_missing() {
            return None;
        }
        installed(&fixture());
        let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("storefront");
        if place.exists() {
            std::fs::remove_dir_all(&place).unwrap();
        }
        copy(&fixture(), &place);
        succeeds(plimsoll(&place).args(["build", "--log-level", "error"]));
        Some(place)
    });
    shop.as_deref()
}

#[test]
fn every_route_works_in_chromium_and_again_without_a_server() {
    let (Some(shop), Some(chromium)) = (shop(), chromium()) else { return };
    let browser = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser");
    installed(&browser);
    let mut visit = Command::new("node");
    visit.arg(browser.join("visit.mjs")).arg("--dir").arg(shop.join("dist"));
    visit.arg("--expect").arg(fixture().join("expect.json")).args(["--chromium", &chromium]);
    let seen = run(&mut visit);
    assert_eq!(seen.status, 0, "{}\n{}", seen.stdout, seen.stderr);
    let seen: serde_json::Value = serde_json::from_str(&seen.stdout).unwrap();
    assert_eq!(seen["ok"], true);
}

#[test]
fn compressed_copies_hold_the_same_bytes() {
    const TEXT: &[&str] = &["html", "js", "css", "svg", "json", "webmanifest", "txt", "xml", "map"];
    let Some(shop) = shop() else { return };
    let found = files(&shop.join("dist"));
    let mut texts = 0;
    for (name, path) in &found {
        let extension = name.rsplit('.').next().unwrap_or_default();
        let original = std::fs::read(path).unwrap();
        if !TEXT.contains(&extension) || original.len() <= 1024 {
            continue;
        }
        for suffix in ["br", "gz", "zst"] {
            let copy = found.get(&format!("{name}.{suffix}")).unwrap_or_else(|| panic!("{name} has no .{suffix}"));
            let packed = std::fs::read(copy).unwrap();
            assert!(packed.len() < original.len(), "{name}.{suffix} is no smaller");
            assert!(unpacked(&packed, suffix, original.len()) == original, "{name}.{suffix} holds something else");
        }
        texts += 1;
    }
    assert!(texts >= 20, "{texts} files of text");
}

fn unpacked(packed: &[u8], suffix: &str, length: usize) -> Vec<u8> {
    let mut out = Vec::new();
    match suffix {
        "br" => drop(brotli::Decompressor::new(packed, 4096).read_to_end(&mut out).unwrap()),
        "zst" => out = zstd::decode_all(packed).unwrap(),
        _ => {
            out = vec![0; length];
            let read = libdeflater::Decompressor::new().gzip_decompress(packed, &mut out).unwrap();
            out.truncate(read);
        }
    }
    out
}

/// Images by the name they have in the sources: bytes there, bytes shipped. Shipped names carry a hash or none.
fn shipped_images(shop: &Path) -> BTreeMap<String, (u64, u64)> {
    const IMAGES: &[&str] = &["png", "jpg", "jpeg", "gif", "svg"];
    let length = |path: &Path| std::fs::metadata(path).unwrap().len();
    let is_image = |name: &str| IMAGES.contains(&name.rsplit('.').next().unwrap_or_default());
    let mut sources: BTreeMap<String, u64> = BTreeMap::new();
    for (name, path) in files(shop) {
        if is_image(&name) && !name.starts_with("dist/") && !name.contains("node_modules/") {
            let file = name.rsplit('/').next().unwrap().to_string();
            assert!(sources.insert(file, length(&path)).is_none(), "two images are called {name}");
        }
    }
    let mut out = BTreeMap::new();
    for (name, path) in files(&shop.join("dist")).iter().filter(|(name, _)| is_image(name)) {
        let file = name.rsplit('/').next().unwrap();
        let (stem, extension) = file.rsplit_once('.').unwrap();
        let without_hash = stem.rsplit_once('-').map(|(stem, _)| format!("{stem}.{extension}"));
        let source =
            [Some(file.to_string()), without_hash].into_iter().flatten().find(|name| sources.contains_key(name));
        let source = source.unwrap_or_else(|| panic!("{name} comes from no source"));
        out.insert(source.clone(), (sources[&source], length(path)));
    }
    out
}

#[test]
fn images_shrink_by_a_fifth_and_none_grows() {
    let Some(shop) = shop() else { return };
    let images = shipped_images(shop);
    assert!(images.len() >= 25, "{} images", images.len());
    let larger: Vec<_> = images.iter().filter(|(_, (before, after))| after > before).collect();
    assert!(larger.is_empty(), "{larger:?}");
    let (before, after) = images.values().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    assert!(after * 10 <= before * 8, "{before} bytes became {after}");
}

/// Bytes of the shop by kind: as they are, and as the smallest of the copies that a browser may ask for.
fn measured(shop: &Path) -> String {
    let found = files(&shop.join("dist"));
    let length = |name: &str| found.get(name).map(|path| std::fs::metadata(path).unwrap().len());
    let mut kinds: BTreeMap<&str, [u64; 5]> = BTreeMap::new();
    for name in found.keys() {
        let extension = name.rsplit('.').next().unwrap_or_default();
        let kind = match extension {
            "br" | "gz" | "zst" => continue,
            "html" => "document",
            "js" => "script",
            "css" => "style",
            "png" | "jpg" | "jpeg" | "gif" | "svg" | "ico" => "image",
            "woff" | "woff2" => "font",
            _ => "other",
        };
        let raw = length(name).unwrap();
        let copy = |suffix: &str| length(&format!("{name}.{suffix}")).unwrap_or(raw);
        let sizes = [1, raw, copy("gz"), copy("zst"), copy("br")];
        let sum = kinds.entry(kind).or_default();
        sum.iter_mut().zip(sizes).for_each(|(sum, size)| *sum += size);
    }
    let mut out = String::from("storefront      files       raw      gzip      zstd    brotli\n");
    for (kind, [count, raw, gzip, zstd, brotli]) in kinds {
        out.push_str(&format!("{kind:<12} {count:>8} {raw:>9} {gzip:>9} {zstd:>9} {brotli:>9}\n"));
    }
    out
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test is its own command line")]
fn sizes_are_those_of_the_last_measurement() {
    let Some(shop) = shop() else { return };
    let snapshot = Path::new(env!("CARGO_MANIFEST_DIR")).join("budgets/measured.snap");
    let measured = measured(shop);
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(&snapshot, &measured).unwrap();
    }
    let expected = std::fs::read_to_string(&snapshot).unwrap_or_default();
    assert_eq!(
        measured, expected,
        "the output changed its size: if that is meant, run UPDATE_SNAPSHOTS=1 cargo test --test storefront and commit"
    );
}
