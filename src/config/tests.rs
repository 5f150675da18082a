//! What people type and write, and what comes of it.

use super::*;
use crate::diag::Diagnostic;
use crate::fs::{Files, Kind};
use crate::model::Loader;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

/// A project in memory, below `/p`.
struct Memory(BTreeMap<PathBuf, String>);

impl Memory {
    fn new(files: &[(&str, &str)]) -> Self {
        Memory(files.iter().map(|(path, text)| (Path::new("/p").join(path), text.to_string())).collect())
    }
}

impl Files for Memory {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.0.get(path).map(|text| text.clone().into_bytes()).ok_or_else(|| io::ErrorKind::NotFound.into())
    }
    fn kind(&self, path: &Path) -> io::Result<Kind> {
        let is_folder = path == Path::new("/p") || self.0.keys().any(|file| file != path && file.starts_with(path));
        match self.0.contains_key(path) {
            true => Ok(Kind::File),
            false if is_folder => Ok(Kind::Folder),
            false => Err(io::ErrorKind::NotFound.into()),
        }
    }
    fn own_kind(&self, path: &Path) -> io::Result<Kind> {
        self.kind(path)
    }
    fn read_link(&self, _: &Path) -> io::Result<PathBuf> {
        Err(io::ErrorKind::InvalidInput.into())
    }
    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        Ok(path.to_path_buf())
    }
    fn list(&self, dir: &Path) -> io::Result<Vec<PathBuf>> {
        Ok(self.0.keys().filter(|file| file.parent() == Some(dir)).cloned().collect())
    }
}

fn raw(entries: &[&str], flags: &[(&str, &str)]) -> RawOptions {
    let entries = entries.iter().map(|entry| entry.to_string()).collect();
    flags.iter().fold(RawOptions { entries, ..Default::default() }, |raw, (flag, text)| raw.with(flag, text))
}

#[track_caller]
fn options(files: &[(&str, &str)], entries: &[&str], flags: &[(&str, &str)]) -> Options {
    let environment = BTreeMap::from([("HOME".to_string(), "/somebody".to_string())]);
    resolve(&raw(entries, flags), Path::new("/p"), &Memory::new(files), &environment).unwrap().value
}

#[track_caller]
fn problem(files: &[(&str, &str)], entries: &[&str], flags: &[(&str, &str)]) -> Diagnostic {
    resolve(&raw(entries, flags), Path::new("/p"), &Memory::new(files), &BTreeMap::new()).unwrap_err().remove(0)
}

const SCRIPT: &[(&str, &str)] = &[("src/main.ts", "")];
const SITE: &[(&str, &str)] = &[("index.html", "")];

#[test]
fn defaults_of_a_script() {
    let options = options(SCRIPT, &["src/main.ts"], &[]);
    assert_eq!(options.entries, [(None, "/p/src/main.ts".to_string())]);
    assert!(!options.site);
    assert_eq!((options.root.as_path(), options.outbase.as_path()), (Path::new("/p"), Path::new("/p/src")));
    assert_eq!(options.outdir, Path::new("/p/dist"));
    assert_eq!(options.public_path, "");
    assert_eq!(options.entry_names, "[dir]/[name]");
    assert_eq!((options.format, options.minify, options.splitting), (Format::Esm, Minify::On, true));
    assert_eq!((options.images, options.service_worker), (ImageMode::Off, false));
    assert!(options.precompress.is_empty() && options.headers.is_empty() && options.budget.is_none());
    assert_eq!(options.conditions, ["module", "production", "browser"]);
    assert_eq!(options.target.engines["chrome"], 125 << 16);
    assert_eq!(options.cache_dir.as_deref(), Some(Path::new("/somebody/.cache/plimsoll")));
    assert_eq!(options.loaders[".module.css"], Loader::LocalCss);
    assert_eq!(options.define["process.env.NODE_ENV"], "\"production\"");
}

#[test]
fn defaults_of_a_site() {
    let options = options(SITE, &[], &[]);
    assert!(options.site);
    assert_eq!(options.entries[0].1, "/p/index.html");
    assert_eq!(options.public_path, "/");
    assert_eq!(options.asset_names, "assets/[name]-[hash]");
    assert_eq!((options.images, options.service_worker), (ImageMode::On, true));
    assert_eq!(options.precompress, ["br", "gz", "zst"]);
    assert_eq!(options.headers, ["netlify"]);
    assert_eq!(options.budget, Some(BudgetSource::Default));
    assert_eq!(options.define["import.meta.env.BASE_URL"], "\"/\"");
}

#[test]
fn what_a_site_has_can_be_switched_off() {
    let flags = [
        ("precompress", "none"),
        ("headers", "none"),
        ("budget", "none"),
        ("service-worker", "off"),
        ("images", "off"),
    ];
    let options = options(SITE, &["index.html"], &flags);
    assert!(options.precompress.is_empty() && options.headers.is_empty() && options.budget.is_none());
    assert_eq!((options.images, options.service_worker), (ImageMode::Off, false));
}

#[test]
fn development() {
    let options = options(SCRIPT, &["src/main.ts"], &[("mode", "development")]);
    assert_eq!(options.minify, Minify::Off);
    assert!(options.jsx.dev);
    assert_eq!(options.define["process.env.NODE_ENV"], "\"development\"");
    assert_eq!(options.define["import.meta.env.DEV"], "true");
}

#[test]
fn a_flag_wins_over_the_file_and_maps_are_joined() {
    let config = r#"{
        // The library's own settings.
        "format": "cjs", "outdir": "build", "external": ["react"],
        "define": { "A": "1", "B": {"x": [true]} }, "minify": "max",
    }"#;
    let files = [("plimsoll.json", config), ("src/main.ts", "")];
    let from_file = options(&files, &["src/main.ts"], &[]);
    assert_eq!((from_file.format, from_file.minify), (Format::Cjs, Minify::Max));
    assert_eq!(from_file.outdir, Path::new("/p/build"));
    assert_eq!(from_file.define["B"], r#"{"x": [true]}"#);
    let flags = [("format", "esm"), ("define", "A=2"), ("external", "vue"), ("external", "svelte"), ("minify", "off")];
    let with_flags = options(&files, &["src/main.ts"], &flags);
    assert_eq!((with_flags.format, with_flags.minify), (Format::Esm, Minify::Off));
    assert_eq!((with_flags.define["A"].as_str(), with_flags.define.contains_key("B")), ("2", true));
    assert_eq!(with_flags.external, ["vue", "svelte"]);
}

#[test]
fn a_directory_is_its_config_or_its_index() {
    let files = [
        ("app/plimsoll.json", r#"{"entries": {"shop": "web/shop.tsx"}}"#),
        ("app/web/shop.tsx", ""),
        ("lib/src/index.ts", ""),
    ];
    let app = options(&files, &["app"], &[]);
    assert_eq!(app.entries, [(Some("shop".to_string()), "/p/app/web/shop.tsx".to_string())]);
    assert_eq!((app.root.as_path(), app.outdir.as_path()), (Path::new("/p/app"), Path::new("/p/app/dist")));
    let lib = options(&files, &["lib"], &[("outdir", "out")]);
    assert_eq!(lib.entries[0].1, "/p/lib/src/index.ts");
    assert_eq!(lib.outdir, Path::new("/p/out"), "a typed path starts from where it was typed");
    assert_eq!(problem(&files, &["app/web"], &[]).code, "missing-entry");
}

#[test]
fn named_entries_and_the_lowest_common_folder() {
    let files = [("src/a/one.ts", ""), ("src/b/two.ts", ""), ("x=y.ts", "")];
    let options = options(&files, &["first=src/a/one.ts", "./src/b/two.ts", "pkg", "x=y.ts"], &[]);
    assert_eq!(options.entries[0], (Some("first".to_string()), "/p/src/a/one.ts".to_string()));
    assert_eq!(options.entries[2], (None, "pkg".to_string()));
    assert_eq!(options.entries[3], (None, "/p/x=y.ts".to_string()), "a file of that very name");
    assert_eq!(options.outbase, Path::new("/p"));
}

#[test]
fn an_output_file() {
    let options = options(SCRIPT, &["src/main.ts"], &[("outfile", "../elsewhere/out.js")]);
    assert_eq!((options.outdir.as_path(), options.outfile.as_deref()), (Path::new("/elsewhere"), Some("out.js")));
    assert!(!options.splitting);
    let both = [("outfile", "a.js"), ("outdir", "b")];
    assert_eq!(problem(SCRIPT, &["src/main.ts"], &both).code, "invalid-value");
    assert_eq!(problem(SITE, &["index.html"], &[("outfile", "a.html")]).code, "invalid-value");
}

#[test]
fn mistakes_in_the_file_are_pointed_at() {
    let at = |text: &str| {
        let found = problem(&[("plimsoll.json", text), ("src/main.ts", "")], &["src/main.ts"], &[]);
        let place = found.location.clone().unwrap();
        (found, (place.file, place.line, place.column))
    };
    let file = || "plimsoll.json".to_string();
    let (unknown, place) = at("{\n  \"mnify\": true\n}");
    assert_eq!((unknown.code.as_str(), place), ("unknown-key", (file(), 2, 3)));
    assert_eq!(unknown.hint.as_deref(), Some("did you mean `\"minify\"`?"));
    let (syntax, place) = at("{\n  \"minify\": true\n  \"mode\": 1\n}");
    assert_eq!((syntax.code.as_str(), place.1), ("invalid-config", 2), "where the comma is missing");
    let (value, place) = at("{ \"format\": \"amd\" }");
    assert_eq!((value.code.as_str(), place), ("invalid-value", (file(), 1, 13)));
    let (kind, _) = at("{ \"splitting\": \"yes\" }");
    assert_eq!(kind.message, "`\"splitting\"` must be `true` or `false`");
    let (twice, _) = at("{ \"mode\": \"production\", \"mode\": \"production\" }");
    assert_eq!(twice.message, "`\"mode\"` is there twice");
    let (whole, _) = at("[]");
    assert_eq!(whole.code, "invalid-config");
}

#[test]
fn wrong_values_name_the_right_ones() {
    let wrong = |flag: &str, text: &str| problem(SCRIPT, &["src/main.ts"], &[(flag, text)]);
    let format = wrong("format", "ems");
    assert_eq!(format.message, "`--format` does not take `ems`");
    assert_eq!(format.notes, ["it takes `esm`, `cjs` or `iife`"]);
    assert_eq!(format.hint.as_deref(), Some("did you mean `esm`?"));
    assert_eq!(wrong("loader", ".svg=fiel").hint.as_deref(), Some("did you mean `.svg=file`?"));
    assert_eq!(wrong("loader", "svg=file").hint.as_deref(), Some("did you mean `.svg=file`?"));
    assert_eq!(wrong("define", "A").code, "invalid-value");
    assert_eq!(wrong("define", "A=one two").code, "invalid-value");
    assert_eq!(wrong("min-chunk-size", "2kb").code, "invalid-value");
    let chunk = wrong("chunk", "ui=src/[a");
    assert_eq!(chunk.message, "`--chunk` has no pattern of paths: `src/[a`");
    let props = wrong("mangle-props", "(a");
    assert_eq!(props.message, "`--mangle-props` is no regular expression: `(a`");
    assert_eq!(props.notes, ["unclosed group"]);
    assert_eq!(wrong("reserve-props", "[").code, "invalid-value");
    assert_eq!(wrong("chunk", "../ui=src/**").code, "invalid-value");
    assert_eq!(wrong("chunk", "src/**").code, "invalid-value");
    assert_eq!(wrong("entry-names", "[nam]").message, "`--entry-names` does not know `[nam]`");
    assert_eq!(wrong("entry-names", "../[name]").code, "invalid-value");
    assert_eq!(wrong("budget", "nothing.json").code, "invalid-value");
    assert_eq!(wrong("precompress", "br,gzip").hint, None);
}

#[test]
fn a_missing_entry_names_its_neighbour() {
    assert_eq!(problem(SCRIPT, &["src/mian.ts"], &[]).hint.as_deref(), Some("did you mean `src/main.ts`?"));
    assert_eq!(problem(SCRIPT, &["src/main.jsx"], &[]).hint.as_deref(), Some("did you mean `src/main.ts`?"));
    assert_eq!(problem(&[("x", "")], &[], &[]).code, "missing-entry");
    let outside = problem(&[("a/index.html", ""), ("b/x.ts", "")], &["a/index.html"], &[("root", "b")]);
    assert_eq!(outside.code, "entry-outside-root");
}

#[test]
fn environment_files() {
    let files = [
        ("src/main.ts", ""),
        (".env", "VITE_A=general\nSECRET=x\nVITE_B=kept\nPLIMSOLL_C=$SECRET-$VITE_B"),
        (".env.production", "VITE_A=special"),
        (".env.development", "VITE_A=other"),
    ];
    let environment = ["PLIMSOLL_BINARY", "VITE_D", "HOME"].map(|name| (name.to_string(), "/somebody".to_string()));
    let resolved = resolve(&raw(&["src/main.ts"], &[]), Path::new("/p"), &Memory::new(&files), &environment.into());
    let define = resolved.unwrap().value.define;
    assert_eq!(define["import.meta.env.VITE_A"], "\"special\"");
    assert_eq!(define["import.meta.env.PLIMSOLL_C"], "\"x-kept\"");
    assert_eq!(define["import.meta.env.VITE_D"], "\"/somebody\"");
    assert!(!define["import.meta.env"].contains("SECRET"));
    assert!(!define["import.meta.env"].contains("PLIMSOLL_BINARY"), "it says where something is on this machine");
    let object: serde_json::Value = serde_json::from_str(&define["import.meta.env"]).unwrap();
    assert_eq!(object["VITE_A"], "special");
    assert_eq!(object["PROD"], true);
}

#[test]
fn what_the_user_defines_wins() {
    let flags = [("define", "process.env.NODE_ENV=\"test\""), ("define", "import.meta.env.MODE=\"test\"")];
    let define = options(SCRIPT, &["src/main.ts"], &flags).define;
    assert_eq!(define["process.env.NODE_ENV"], "\"test\"");
    assert!(define["import.meta.env"].contains("\"MODE\": \"test\""));
    let node = options(SCRIPT, &["src/main.ts"], &[("platform", "node")]);
    assert!(!node.define.contains_key("process.env.NODE_ENV"));
    assert_eq!(node.target, Default::default());
}

#[test]
fn browserslist_of_the_package() {
    let package = r#"{ "name": "x", "browserslist": ["chrome 100", "firefox 115"] }"#;
    let files = [("package.json", package), ("src/main.ts", "")];
    let found = options(&files, &["src/main.ts"], &[]).target;
    assert_eq!((found.engines["chrome"], found.engines.len()), (100 << 16, 2));
    assert_eq!(options(&files, &["src/main.ts"], &[("target", "es2020")]).target.es, Some(2020));
    let broken = [("package.json", "{\n  \"browserslist\": [\"chrom 1\"]\n}"), ("src/main.ts", "")];
    let wrong = problem(&broken, &["src/main.ts"], &[]);
    assert_eq!((wrong.code.as_str(), wrong.location.unwrap().line), ("invalid-browserslist", 2));
}

#[test]
fn the_public_directory_is_not_the_output() {
    let files = [("public/robots.txt", ""), ("src/main.ts", "")];
    assert_eq!(options(&files, &["src/main.ts"], &[]).public_dir.as_deref(), Some(Path::new("/p/public")));
    assert_eq!(options(&files, &["src/main.ts"], &[("outdir", "public")]).public_dir, None);
    assert_eq!(options(&files, &["src/main.ts"], &[("public-dir", "none")]).public_dir, None);
}

#[test]
fn denied_and_silenced_warnings() {
    let sift = |flags: &[(&str, &str)]| {
        let options = options(SCRIPT, &["src/main.ts"], flags);
        let left = options.sift(vec![Diagnostic::warning("a", ""), Diagnostic::warning("b", "")]);
        left.iter().map(|problem| (problem.code.clone(), problem.is_error())).collect::<Vec<_>>()
    };
    let pair = |code: &str, error| (code.to_string(), error);
    assert_eq!(sift(&[("silence", "a")]), [pair("b", false)]);
    assert_eq!(sift(&[("silence", "all"), ("deny", "b")]), [pair("b", true)]);
    assert_eq!(sift(&[("deny", "all"), ("silence", "a")]), [pair("b", true)]);
}

#[test]
fn every_flag_has_a_meaning() {
    let source = [
        include_str!("resolve.rs"),
        include_str!("resolve/judging.rs"),
        include_str!("entries.rs"),
        include_str!("define.rs"),
    ]
    .concat();
    for flag in FLAGS {
        assert!(source.contains(&format!("\"{}\"", flag.name)), "--{} is parsed and then forgotten", flag.name);
    }
}

#[test]
fn names_and_types_of_css_modules() {
    let plain = options(SCRIPT, &["src/main.ts"], &[]);
    assert_eq!(plain.css_modules, CssModules::default());
    assert_eq!(plain.module_names().pattern, "");
    let development = options(SCRIPT, &["src/main.ts"], &[("mode", "development")]);
    assert_eq!(development.module_names().pattern, "[name]_[local]_[hash]");
    let flags = [("css-names", "[dir]_[local]"), ("css-dashed", "true"), ("css-types", "./a//b/")];
    let given = options(SCRIPT, &["src/main.ts"], &flags).css_modules;
    assert_eq!((given.names.as_deref(), given.dashed), (Some("[dir]_[local]"), true));
    assert_eq!(given.types.as_deref(), Some("a/b"));
    for (flag, text, why) in [
        ("css-names", "[local", "does not know `[local`"),
        ("css-names", "a.[hash]", "has `.`"),
        ("css-names", "[dir]", "it needs `[local]` or `[hash]`"),
        ("css-types", "C:/types", "must stay inside the output directory"),
        ("css-types", "a/../..", "must stay inside the output directory"),
    ] {
        let problem = problem(SCRIPT, &["src/main.ts"], &[(flag, text)]);
        assert!(problem.message.contains(why), "{}", problem.message);
    }
}

#[test]
fn purging_and_what_it_keeps() {
    let given = options(SITE, &["index.html"], &[("purge-css", "true"), ("purge-keep", "^js-"), ("purge-keep", "a,b")]);
    assert_eq!(given.purge.map(|purge| purge.keep), Some(vec!["^js-".to_string(), "a,b".to_string()]));
    let plain = options(SITE, &["index.html"], &[("purge-keep", "^js-")]);
    assert!(plain.purge.is_none() && !plain.critical_css);
    assert!(options(SITE, &["index.html"], &[("critical-css", "true")]).critical_css);
    assert!(problem(SITE, &["index.html"], &[("purge-keep", "(")]).message.contains("is no regular expression"));
}
