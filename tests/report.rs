//! The page of `plimsoll report`: that it is what its sources build to, and what a reader finds in it.

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;
use support::{chromium, copy, installed, node_is_missing, plimsoll, project, run, succeeds};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn scratch(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("report").join(name)
}

/// The application in one document: its script and its sheet stand in the page.
fn built() -> String {
    let app = root().join("src/report/app");
    let out = scratch("app");
    let mut build = plimsoll(&app);
    build.env("XDG_CACHE_HOME", scratch("cache")).args(["build", "index.html", "--root=.", "--no-splitting"]);
    build.args(["--minify=max", "--precompress=none", "--service-worker=off", "--headers=none", "--budget=none"]);
    succeeds(build.args(["--log-level=error", "--outdir"]).arg(&out));
    let files = support::files(&out);
    let text = |ending: &str| {
        let (_, path) = files.iter().find(|(name, _)| name.ends_with(ending)).unwrap();
        std::fs::read_to_string(path).unwrap()
    };
    let page = text(".html");
    let (script, sheet) = (text(".js"), text(".css"));
    assert!(!script.contains("</script") && !script.contains("<!--") && !sheet.contains("</style"));
    let element = |page: &str, has: &str, open: &str, close: &str| {
        let at = page.find(has).unwrap_or_else(|| panic!("no {has} in {page}"));
        let start = page[..at].rfind(open).unwrap();
        page[start..start + page[start..].find(close).unwrap() + close.len()].to_string()
    };
    let link = element(&page, "rel=\"stylesheet\"", "<link", ">");
    let tag = element(&page, "type=\"module\"", "<script", "</script>");
    let page = page.replace(&link, &format!("<style>{}</style>", sheet.trim_end()));
    page.replace(&tag, &format!("<script type=module>{}</script>", script.trim_end()))
}

#[test]
#[expect(clippy::disallowed_methods, reason = "who runs the tests says whether the page is to be written")]
fn the_page_is_what_its_sources_build_to() {
    let kept = root().join("src/report/app.html");
    let built = built();
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(&kept, &built).unwrap();
    }
    let same = std::fs::read_to_string(&kept).unwrap() == built;
    assert!(
        same,
        "src/report/app.html is not what src/report/app builds to: UPDATE_SNAPSHOTS=1 cargo test --test report"
    );
}

/// Opens a page in Chromium and goes through all of it.
fn visited(arguments: &[&std::ffi::OsStr]) -> Option<serde_json::Value> {
    let chromium = chromium().filter(|_| !node_is_missing())?;
    let browser = root().join("tests/browser");
    installed(&browser);
    let mut visit = Command::new("node");
    visit.arg(browser.join("report.mjs")).args(["--chromium", &chromium]).args(arguments);
    let seen = run(&mut visit);
    assert_eq!(seen.status, 0, "{}\n{}", seen.stdout, seen.stderr);
    Some(serde_json::from_str(&seen.stdout).unwrap())
}

#[test]
fn the_storefront_is_explained_and_can_be_read_by_everybody() {
    if node_is_missing() {
        return;
    }
    let fixture = root().join("fixtures/storefront");
    installed(&fixture);
    let shop = scratch("shop");
    if shop.exists() {
        std::fs::remove_dir_all(&shop).unwrap();
    }
    copy(&fixture, &shop);
    let quick = ["--images=off", "--precompress=br", "--log-level=error"];
    succeeds(plimsoll(&shop).arg("build").args(quick));
    succeeds(plimsoll(&shop).arg("check").args(quick).args(["--update-baseline", "--history=history.jsonl"]));
    succeeds(plimsoll(&shop).arg("report").args(quick).args(["--outfile=report.html", "--history=history.jsonl"]));
    let page = std::fs::read_to_string(shop.join("report.html")).unwrap();
    assert!(page.contains("src/router.tsx") && page.contains("react-router"));
    let Some(seen) = visited(&["--file".as_ref(), shop.join("report.html").as_os_str()]) else { return };
    assert_eq!(seen["ok"], true, "{seen:#}");
}

/// The data of a page.
fn data(page: &Path) -> serde_json::Value {
    let page = std::fs::read_to_string(page).unwrap();
    let open = "<script type=\"application/json\" id=\"data\">";
    let start = page.find(open).unwrap() + open.len();
    serde_json::from_str(&page[start..start + page[start..].find("</script>").unwrap()]).unwrap()
}

#[test]
fn every_byte_belongs_to_somebody() {
    if node_is_missing() {
        return;
    }
    let fixture = root().join("fixtures/storefront");
    installed(&fixture);
    for minify in ["--minify", "--minify=fast", "--minify=max", "--no-minify"] {
        let shop = scratch(&format!("sums{minify}"));
        if shop.exists() {
            std::fs::remove_dir_all(&shop).unwrap();
        }
        copy(&fixture, &shop);
        let quick = ["--images=off", "--precompress=none", "--log-level=error", "--budget=none", "--sourcemap", minify];
        succeeds(plimsoll(&shop).arg("build").args(quick));
        succeeds(plimsoll(&shop).arg("report").args(quick));
        let data = data(&shop.join("plimsoll-report.html"));
        let sources = data["sources"].as_array().unwrap();
        let (mut scripts, mut glue) = (0, 0);
        for file in data["files"].as_array().unwrap() {
            let parts: Vec<u64> = file["parts"].as_array().unwrap().iter().map(|part| part.as_u64().unwrap()).collect();
            let on_disk = std::fs::metadata(shop.join("dist").join(file["path"].as_str().unwrap())).unwrap().len();
            let sum: u64 = parts.iter().skip(1).step_by(2).sum();
            assert_eq!((sum, file["bytes"].as_u64()), (on_disk, Some(on_disk)), "{minify} {}", file["path"]);
            let is_glue = |part: &&[u64]| sources[part[0] as usize]["name"] == "plimsoll:glue";
            if file["kind"] == "script" && file["path"] != "sw.js" {
                scripts += on_disk;
                glue += parts.chunks(2).filter(is_glue).map(|part| part[1]).sum::<u64>();
            }
        }
        // What goes with the largest is about what such code compresses to, and no more than it has.
        let alone: Vec<&serde_json::Value> = sources.iter().filter(|source| source["alone"].is_u64()).collect();
        assert!((10..=20).contains(&alone.len()), "{minify}: {}", alone.len());
        let dom = alone.iter().find(|source| source["name"].as_str().unwrap().contains("react-dom-client")).unwrap();
        let at = sources.iter().position(|source| source["name"] == dom["name"]).unwrap() as u64;
        let parts =
            data["files"].as_array().unwrap().iter().flat_map(|file| file["parts"].as_array().unwrap().chunks(2));
        let raw: u64 = parts.filter(|part| part[0] == at).map(|part| part[1].as_u64().unwrap()).sum();
        let alone = dom["alone"].as_u64().unwrap();
        assert!(raw / 8 < alone && alone < raw / 2, "{minify}: {alone} of {raw}");
        // Imports and exports between 28 scripts, and comments about maps.
        assert!(glue > 0 && glue * 40 < scripts, "{minify}: {glue} of {scripts}");
    }
}

#[test]
fn twenty_thousand_modules_can_be_read() {
    let page = root().join("src/report/app.html");
    let arguments = ["--page".as_ref(), page.as_os_str(), "--modules".as_ref(), "20000".as_ref()];
    let Some(seen) = visited(&arguments) else { return };
    assert_eq!(seen["ok"], true, "{seen:#}");
}

#[test]
fn a_directory_that_nobody_can_explain_has_a_page_too() {
    let site = project(&[("index.html", "<script src=a.js></script>"), ("a.js", "console.log('</script>')")]);
    succeeds(plimsoll(site.path()).args(["report", ".", "--log-level=error"]));
    let page = std::fs::read_to_string(site.path().join("plimsoll-report.html")).unwrap();
    assert!(page.contains("a.js"));
}
