//! The shop of `fixtures/storefront`, built as README says: in Chromium, and file by file.

mod support;

use std::collections::{BTreeMap, BTreeSet};
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

/// Sheets of a build of the shop of their own, without what takes long and changes no style.
fn dressed(shop: &Path, name: &str, flags: &[&str]) -> PathBuf {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("storefront-looks").join(name);
    let mut build = plimsoll(shop);
    build.args(["build", "--log-level=error", "--images=off", "--precompress=none", "--service-worker=off"]);
    succeeds(build.args(["--headers=none", "--budget=none", "--outdir"]).arg(&place).args(flags));
    place
}

/// What `alike.mjs` says of builds: whether they are, and all of it.
fn compared(chromium: &str, builds: &[(&str, &Path)], more: &[&str]) -> (bool, serde_json::Value) {
    let browser = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser");
    installed(&browser);
    let mut alike = Command::new("node");
    alike.arg(browser.join("alike.mjs")).arg("--expect").arg(fixture().join("expect.json"));
    alike.args(["--chromium", chromium]).args(more);
    for (name, place) in builds {
        alike.arg(format!("{name}={}", place.display()));
    }
    let seen = run(&mut alike);
    assert!(seen.status < 2, "{}\n{}", seen.stdout, seen.stderr);
    (seen.status == 0, serde_json::from_str(&seen.stdout).unwrap_or_else(|_| panic!("{}{}", seen.stdout, seen.stderr)))
}

#[test]
fn elements_look_the_same_in_development_and_production_split_and_unsplit() {
    let (Some(shop), Some(chromium)) = (shop(), chromium()) else { return };
    const BUILDS: [(&str, &[&str]); 4] = [
        ("development", &["--mode=development"]),
        ("development, unsplit", &["--mode=development", "--no-splitting"]),
        ("production", &[]),
        ("production, unsplit", &["--no-splitting"]),
    ];
    let places = BUILDS.map(|(name, flags)| (name, dressed(shop, &name.replace(", ", "-"), flags)));
    let (same, seen) = compared(&chromium, &places.each_ref().map(|(name, place)| (*name, place.as_path())), &[]);
    assert!(same, "{seen:#}");
    let at_least = |key: &str, least: u64| assert!(seen[key].as_u64() >= Some(least), "{key}: {seen:#}");
    at_least("stops", 20);
    at_least("elements", 1500);
    at_least("classes", 50);
    // Short and readable names of one class were held side by side.
    at_least("pairs", 30);
}

#[test]
fn less_css_and_critical_css_change_no_look() {
    let (Some(shop), Some(chromium)) = (shop(), chromium()) else { return };
    let whole = dressed(shop, "whole", &[]);
    let less = dressed(shop, "less", &["--purge-css", "--critical-css"]);
    let (same, seen) = compared(&chromium, &[("whole", &whole), ("purged and critical", &less)], &[]);
    assert!(same, "{seen:#}");
    let page = std::fs::read_to_string(less.join("index.html")).unwrap();
    assert!(page.contains("<style>") && page.contains("as=\"style\""), "{page}");
}

#[test]
fn a_rule_in_another_order_is_seen() {
    let (Some(shop), Some(chromium)) = (shop(), chromium()) else { return };
    let before = dressed(shop, "in-order", &["--no-splitting"]);
    let after = dressed(shop, "out-of-order", &["--no-splitting"]);
    for (_, path) in files(&after).iter().filter(|(name, _)| name.ends_with(".css")) {
        let text = std::fs::read_to_string(path).unwrap();
        std::fs::write(path, format!("{text}h1{{flex-wrap:wrap-reverse}}")).unwrap();
    }
    let (same, seen) = compared(&chromium, &[("as it is", &before), ("altered", &after)], &["--visit", "admin"]);
    assert!(!same);
    let first = seen["problems"][0].as_str().unwrap();
    assert!(first.contains("flex-wrap should be") && first.ends_with("is wrap-reverse"), "{first}");
}

/// Names of CSS modules in the sheets of a build in production.
fn module_names(place: &Path) -> BTreeSet<String> {
    let sheets = files(place).into_iter().filter(|(name, _)| name.ends_with(".css"));
    let text: String = sheets.map(|(_, path)| std::fs::read_to_string(path).unwrap()).collect();
    let name = |rest: &str| {
        let end =
            rest.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_' | '\\')).unwrap_or(rest.len());
        rest[..end].to_string()
    };
    text.split('.').skip(1).map(name).filter(|name| name.len() == 7).collect()
}

#[test]
fn classes_of_modules_that_no_script_reads_are_gone() {
    let Some(shop) = shop() else { return };
    let (all, live) = (dressed(shop, "all-classes", &["--no-tree-shaking"]), dressed(shop, "live-classes", &[]));
    let gone: Vec<String> = module_names(&all).difference(&module_names(&live)).cloned().collect();
    assert!(
        module_names(&live).len() >= 30 && gone.len() == 2,
        "{} are there, {gone:?} are gone",
        module_names(&live).len()
    );
    for (name, path) in files(&live).iter().filter(|(name, _)| name.ends_with(".js") || name.ends_with(".html")) {
        let text = std::fs::read_to_string(path).unwrap();
        assert!(!gone.iter().any(|class| text.contains(class)), "{name} has a class that no sheet knows");
    }
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

/// What a page is measured to load is what Chromium loads of it without its scripts, byte for byte on the wire.
#[test]
fn pages_are_as_large_as_chromiums_network_panel_says() {
    let (Some(shop), Some(chromium)) = (shop(), chromium()) else { return };
    let browser = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser");
    installed(&browser);
    let folder = tempfile::tempdir().unwrap();
    let budget = folder.path().join("budget.json");
    std::fs::write(&budget, r#"{"limits":[{"measure":"initial-load","max":"100 MB"}]}"#).unwrap();
    let checked = run(plimsoll(shop).args(["check", "dist", "--json", "--budget"]).arg(&budget));
    assert_eq!(checked.status, 0, "{}", checked.stderr);
    let check = folder.path().join("check.json");
    std::fs::write(&check, checked.stdout).unwrap();
    let mut visit = Command::new("node");
    visit.arg(browser.join("network.mjs")).arg("--dir").arg(shop.join("dist")).arg("--check").arg(&check);
    let seen = run(visit.args(["--chromium", &chromium]));
    assert_eq!(seen.status, 0, "{}\n{}", seen.stdout, seen.stderr);
    let seen: serde_json::Value = serde_json::from_str(&seen.stdout).unwrap();
    assert_eq!(seen["ok"], true, "{seen:#}");
}
