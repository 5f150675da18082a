//! The map of packages that Yarn writes: where each is, and what it may import by which name.
//!
//! Its format is that of <https://yarnpkg.com/advanced/pnp-spec>. What packages may import that they do not declare follows
//! the same text: only what the map allows.

use super::super::archives::archive_in;
use super::super::{Files, physical};
use crate::base::{ScriptPattern, relative_path};
use rustc_hash::{FxHashMap, FxHashSet};
use serde::Deserialize;
use std::path::{Component, Path, PathBuf};

/// Of a package in the map.
pub type PackageNumber = usize;

/// What a name means to a package.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dependency {
    Package(PackageNumber),
    /// A peer dependency, which nobody above provides.
    Unprovided,
    Undeclared,
}

/// One instance of a package.
#[derive(Debug)]
pub struct Package {
    /// Empty for the project's top, if it has none.
    pub name: String,
    /// Without symbolic links, but for virtual folders.
    pub location: PathBuf,
    /// Of the project itself, not installed.
    pub workspace: bool,
    /// The files at its place are somebody else's.
    pub only_linked: bool,
    /// `None`: a peer dependency that nobody provides.
    dependencies: FxHashMap<String, Option<PackageNumber>>,
    falls_back: bool,
}

/// The map.
#[derive(Debug)]
pub struct Manifest {
    /// The file that names it.
    pub path: PathBuf,
    /// The folder that it is in.
    pub folder: PathBuf,
    packages: Vec<Package>,
    /// Packages that own the files at their places.
    places: FxHashMap<PathBuf, PackageNumber>,
    /// What any package that is allowed to may import.
    fallback: FxHashMap<String, PackageNumber>,
    ignored: Option<ScriptPattern>,
}

/// A map that cannot be read.
#[derive(Debug, PartialEq, Eq)]
pub struct BadManifest {
    pub path: PathBuf,
    pub reason: String,
    /// Line and column of the text, both from 1, where one is to blame.
    pub place: Option<(u32, u32)>,
}

/// As it is written.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    #[serde(default)]
    enable_top_level_fallback: bool,
    ignore_pattern_data: Option<String>,
    #[serde(default)]
    dependency_tree_roots: Vec<WrittenRoot>,
    #[serde(default)]
    fallback_pool: Vec<WrittenDependency>,
    #[serde(default)]
    fallback_exclusion_list: Vec<(String, Vec<String>)>,
    package_registry_data: Vec<(Option<String>, Vec<WrittenReference>)>,
}

#[derive(Deserialize)]
struct WrittenRoot {
    name: String,
    reference: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WrittenPackage {
    package_location: String,
    #[serde(default)]
    discard_from_lookup: bool,
    #[serde(default)]
    package_dependencies: Vec<WrittenDependency>,
}

type WrittenReference = (Option<String>, WrittenPackage);
type WrittenDependency = (String, Option<Target>);

/// Which package a name leads to.
#[derive(Deserialize)]
#[serde(untagged)]
enum Target {
    /// One of the same name.
    Reference(String),
    Named(String, String),
}

const CODE: &str = ".pnp.cjs";
const DATA: &str = ".pnp.data.json";
/// Older Yarn's.
const OLD_CODE: &str = ".pnp.js";

/// The file that makes `root` a project with a map. None does where the folders below it, down to the root, have packages
/// installed the usual way.
pub(super) fn find(files: &dyn Files, root: &Path) -> Option<PathBuf> {
    let here = |folder: &Path| {
        [CODE, DATA, OLD_CODE].map(|name| folder.join(name)).into_iter().find(|path| files.is_file(path))
    };
    let found = root.ancestors().find_map(here)?;
    let below = root.ancestors().take_while(|folder| Some(*folder) != found.parent());
    let has_packages = |folder: &Path| {
        let listed = files.list(&folder.join("node_modules")).unwrap_or_default();
        let is_hidden = |path: &PathBuf| path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        listed.iter().any(|path| !is_hidden(path))
    };
    (!below.into_iter().any(has_packages)).then_some(found)
}

impl Manifest {
    /// `follow`: places are told without symbolic links, as the resolver tells files.
    pub(super) fn read(files: &dyn Files, path: &Path, follow: bool) -> Result<Manifest, BadManifest> {
        let (path, text) = read_data(files, path)?;
        let bad = |reason: String, place| BadManifest { path: path.clone(), reason, place };
        let mut stream = serde_json::Deserializer::from_str(&text).into_iter::<Written>();
        let written = match stream.next() {
            Some(Ok(written)) => written,
            Some(Err(error)) => {
                // Only of a file that is nothing but data does the place say something.
                let is_data = path.extension().is_some_and(|suffix| suffix == "json");
                let place = is_data.then_some((error.line() as u32, error.column() as u32));
                let message = error.to_string();
                return Err(bad(message.split(" at line ").next().unwrap_or(&message).to_string(), place));
            }
            None => return Err(bad("it is empty".to_string(), None)),
        };
        let folder = path.parent().unwrap_or(&path).to_path_buf();
        let ignored = written.ignore_pattern_data.as_deref().map(ScriptPattern::new).transpose();
        let ignored = ignored.map_err(|reason| bad(format!("`ignorePatternData` is no pattern: {reason}"), None))?;
        let mut manifest = Manifest {
            packages: Vec::new(),
            places: FxHashMap::default(),
            fallback: FxHashMap::default(),
            ignored,
            path: path.clone(),
            folder,
        };
        let mut places = Places { files, folder: &manifest.folder, known: FxHashMap::default(), follow };
        let located: Vec<PathBuf> = written.locations().map(|text| places.find(text)).collect();
        manifest.fill(&written, located);
        Ok(manifest)
    }

    fn fill(&mut self, written: &Written, located: Vec<PathBuf>) {
        let mut numbers: FxHashMap<(&str, &str), PackageNumber> = FxHashMap::default();
        for (number, (name, reference, _)) in written.packages().enumerate() {
            numbers.insert((name, reference), number);
        }
        let target = |name: &str, target: &Target| match target {
            Target::Reference(reference) => numbers.get(&(name, reference.as_str())).copied(),
            Target::Named(name, reference) => numbers.get(&(name.as_str(), reference.as_str())).copied(),
        };
        let targets = |all: &[WrittenDependency]| -> FxHashMap<String, Option<PackageNumber>> {
            all.iter().map(|(name, to)| (name.clone(), to.as_ref().and_then(|to| target(name, to)))).collect()
        };
        let excluded: FxHashSet<(&str, &str)> = written
            .fallback_exclusion_list
            .iter()
            .flat_map(|(name, all)| all.iter().map(|reference| (name.as_str(), reference.as_str())))
            .collect();
        let roots = written.dependency_tree_roots.iter().map(|root| (root.name.as_str(), root.reference.as_str()));
        let roots: FxHashSet<(&str, &str)> = roots.chain([("", "")]).collect();
        for ((name, reference, package), location) in written.packages().zip(located) {
            if !package.discard_from_lookup {
                // Of two that are at one place, the later one is meant: the top has a second entry with its name.
                self.places.insert(location.clone(), self.packages.len());
            }
            self.packages.push(Package {
                name: name.to_string(),
                location,
                only_linked: package.discard_from_lookup,
                workspace: roots.contains(&(name, reference)) || reference.contains("workspace:"),
                dependencies: targets(&package.package_dependencies),
                falls_back: written.enable_top_level_fallback
                    && !name.is_empty()
                    && !excluded.contains(&(name, reference)),
            });
        }
        if written.enable_top_level_fallback {
            let pool = targets(&written.fallback_pool);
            let top = numbers.get(&("", "")).map(|top| &self.packages[*top].dependencies);
            // What the top has goes before.
            let all = pool.iter().chain(top.into_iter().flatten());
            self.fallback = all.filter_map(|(name, to)| Some((name.clone(), (*to)?))).collect();
        }
    }

    pub fn package(&self, number: PackageNumber) -> &Package {
        &self.packages[number]
    }

    /// The archives that packages are in.
    pub(super) fn archives(&self) -> FxHashSet<PathBuf> {
        let archive = |package: &Package| Some(archive_in(&physical(&package.location), |_| true)?.0);
        self.packages.iter().filter_map(archive).collect()
    }

    /// The package at just this place.
    pub(super) fn at(&self, place: &Path) -> Option<PackageNumber> {
        self.places.get(place).copied()
    }

    /// The package that a file or folder belongs to. `None`: what it imports is found the usual way.
    pub fn owner(&self, path: &Path) -> Option<PackageNumber> {
        let ignored = |pattern: &ScriptPattern| pattern.matches(&relative_path(&self.folder, path));
        if self.ignored.as_ref().is_some_and(ignored) {
            return None;
        }
        path.ancestors().find_map(|place| self.at(place))
    }

    /// What a package means by a name.
    pub fn dependency(&self, of: PackageNumber, name: &str) -> Dependency {
        let package = &self.packages[of];
        let declared = package.dependencies.get(name);
        if let Some(Some(number)) = declared {
            return Dependency::Package(*number);
        }
        match (self.fallback.get(name).filter(|_| package.falls_back), declared) {
            (Some(number), _) => Dependency::Package(*number),
            (None, Some(_)) => Dependency::Unprovided,
            (None, None) => Dependency::Undeclared,
        }
    }

    /// Everything that a package can import.
    pub(super) fn dependencies(&self, of: PackageNumber) -> impl Iterator<Item = PackageNumber> {
        let package = &self.packages[of];
        let fallback = self.fallback.values().filter(|_| package.falls_back);
        package.dependencies.values().flatten().chain(fallback).copied()
    }

    /// The names of everything that a package can import, sorted.
    pub fn names(&self, of: PackageNumber) -> Vec<&str> {
        let package = &self.packages[of];
        let declared = package.dependencies.iter().filter(|(_, to)| to.is_some()).map(|(name, _)| name.as_str());
        let fallback = self.fallback.keys().filter(|_| package.falls_back).map(String::as_str);
        let mut names: Vec<&str> = declared.chain(fallback).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

impl Written {
    /// Name, reference, and the rest. Those of the top are empty.
    fn packages(&self) -> impl Iterator<Item = (&str, &str, &WrittenPackage)> {
        self.package_registry_data.iter().flat_map(|(name, all)| {
            let name = name.as_deref().unwrap_or_default();
            all.iter().map(move |(reference, package)| (name, reference.as_deref().unwrap_or_default(), package))
        })
    }

    fn locations(&self) -> impl Iterator<Item = &str> {
        self.packages().map(|(_, _, package)| package.package_location.as_str())
    }
}

/// Where packages are, as paths that the resolver would tell.
struct Places<'a> {
    files: &'a dyn Files,
    folder: &'a Path,
    /// Folders of caches and their real paths: a few.
    known: FxHashMap<PathBuf, PathBuf>,
    follow: bool,
}

impl Places<'_> {
    fn find(&mut self, location: &str) -> PathBuf {
        let path = joined(self.folder, Path::new(location));
        let is_mark = |part: &Component| {
            let part = part.as_os_str().to_string_lossy();
            part.ends_with(".zip") || matches!(&*part, "unplugged" | "__virtual__" | "$$virtual")
        };
        let container: PathBuf = path.components().take_while(|part| !is_mark(part)).collect();
        if !self.follow || container == path || container == self.folder {
            return path;
        }
        let real = self
            .known
            .entry(container.clone())
            .or_insert_with(|| self.files.canonicalize(&container).unwrap_or_else(|_| container.clone()));
        if *real == container {
            return path;
        }
        path.strip_prefix(&container).map_or_else(|_| path.clone(), |rest| real.join(rest))
    }
}

/// `a/b` and `./../c/` as `a/c`.
fn joined(folder: &Path, path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in folder.components().chain(path.components()) {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(out.pop()),
            part => out.push(part),
        }
    }
    out
}

/// The data of the file, or of the one beside it that it reads, and which of both it is.
fn read_data(files: &dyn Files, path: &Path) -> Result<(PathBuf, String), BadManifest> {
    let read = |path: &Path| {
        let bad = |reason: String| BadManifest { path: path.to_path_buf(), reason, place: None };
        let bytes = files.read(path).map_err(|error| bad(error.to_string()))?;
        String::from_utf8(bytes).map_err(|_| bad("it is not UTF-8".to_string()))
    };
    if path.file_name().is_some_and(|name| name == DATA) {
        return Ok((path.to_path_buf(), read(path)?));
    }
    if let Some(data) = inlined(&read(path)?) {
        return Ok((path.to_path_buf(), data));
    }
    let beside = path.with_file_name(DATA);
    if files.is_file(&beside) {
        let text = read(&beside)?;
        return Ok((beside, text));
    }
    let reason = format!("there are no data in it, and no {DATA} is beside it");
    Err(BadManifest { path: path.to_path_buf(), reason, place: None })
}

/// The data in a script: a text in single quotes of which JSON is made (Yarn 3.3 and later), or an object (before).
fn inlined(code: &str) -> Option<String> {
    let after = |word: &'static str| code.match_indices(word).map(|(at, word)| code[at + word.len()..].trim_start());
    let states = after("RAW_RUNTIME_STATE").filter_map(|text| text.strip_prefix('='));
    states.chain(after("hydrateRuntimeState(")).find_map(|text| {
        let text = text.trim_start();
        let text = text.strip_prefix("JSON.parse(").map_or(text, str::trim_start);
        match text.chars().next()? {
            '\'' => Some(unquoted(&text[1..])),
            // What follows the object is left to who reads it.
            '{' => Some(text.to_string()),
            _ => None,
        }
    })
}

/// The text up to a closing quote. A backslash stands before what would mean something else, line ends among it.
fn unquoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\'' => break,
            '\\' => out.extend(chars.next().filter(|escaped| *escaped != '\n')),
            c => out.push(c),
        }
    }
    out
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;
    use crate::fs::Disk;

    const DATA_TEXT: &str = r#"{
        "enableTopLevelFallback": true,
        "ignorePatternData": "^(?:legacy(?:\\/(?!\\.{1,2}(?:\\/|$)).*|$))$",
        "dependencyTreeRoots": [{"name": "app", "reference": "workspace:."}],
        "fallbackPool": [["pooled", "npm:1"], ["ms", "npm:1"]],
        "fallbackExclusionList": [["app", ["workspace:."]], ["lib", ["workspace:lib"]]],
        "packageRegistryData": [
            [null, [[null, {"packageLocation": "./", "packageDependencies": [["ms", "npm:2"], ["app", "workspace:."]]}]]],
            ["app", [["workspace:.", {"packageLocation": "./", "packageDependencies": [["ms", "npm:2"], ["old", ["ms", "npm:1"]]]}]]],
            ["lib", [["workspace:lib", {"packageLocation": "./lib/", "packageDependencies": [["peer", null]]}]]],
            ["linked", [["link:x", {"packageLocation": "./lib/x/", "discardFromLookup": true, "packageDependencies": []}]]],
            ["ms", [
                ["npm:1", {"packageLocation": "../cache/ms-1.zip/node_modules/ms/", "packageDependencies": [["ms", "npm:1"]]}],
                ["npm:2", {"packageLocation": "../cache/ms-2.zip/node_modules/ms/", "packageDependencies": [["ms", "npm:2"], ["peer", null]]}]
            ]],
            ["pooled", [["npm:1", {"packageLocation": "../cache/pooled.zip/node_modules/pooled/"}]]]
        ]
    }"#;

    fn manifest(name: &str, text: &str) -> (tempfile::TempDir, Result<Manifest, BadManifest>) {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("p");
        std::fs::create_dir(&root).unwrap();
        std::fs::write(root.join(name), text).unwrap();
        let read = Manifest::read(&Disk, &root.join(name), false);
        (folder, read)
    }

    #[test]
    fn packages_may_import_what_the_map_says() {
        let (folder, manifest) = manifest(DATA, DATA_TEXT);
        let manifest = manifest.unwrap();
        let path = |path: &str| folder.path().join(path);
        let owner = |at: &str| manifest.owner(&path(at)).map(|number| manifest.package(number).name.as_str());
        assert_eq!(owner("p/src/a.js"), Some("app"), "the entry with a name");
        assert_eq!(owner("p/lib/src/a.js"), Some("lib"));
        assert_eq!(owner("p/lib/x/a.js"), Some("lib"), "what is only linked owns nothing");
        assert_eq!(owner("cache/ms-1.zip/node_modules/ms/index.js"), Some("ms"));
        assert_eq!((owner("p/legacy/a.js"), owner("cache/other.js")), (None, None));
        let number = |at: &str| manifest.owner(&path(at)).unwrap();
        let dependency = |at: &str, name: &str| match manifest.dependency(number(at), name) {
            Dependency::Package(number) => {
                let location = &manifest.package(number).location;
                location.strip_prefix(folder.path()).unwrap().to_str().unwrap().to_string()
            }
            other => format!("{other:?}"),
        };
        let (ms_1, ms_2) = ("cache/ms-1.zip/node_modules/ms", "cache/ms-2.zip/node_modules/ms");
        for (from, name, expected) in [
            ("p", "ms", ms_2),
            ("p", "old", ms_1),
            ("p", "pooled", "Undeclared"),
            ("p/lib", "ms", "Undeclared"),
            ("p/lib", "peer", "Unprovided"),
            (ms_2, "peer", "Unprovided"),
            (ms_1, "ms", ms_1),
            ("cache/pooled.zip/node_modules/pooled", "ms", ms_2),
            ("cache/pooled.zip/node_modules/pooled", "pooled", "cache/pooled.zip/node_modules/pooled"),
            ("cache/pooled.zip/node_modules/pooled", "left", "Undeclared"),
        ] {
            assert_eq!(dependency(from, name), expected, "{name} of {from}");
        }
        assert_eq!(manifest.names(number("p")), ["ms", "old"]);
        assert_eq!(manifest.names(number(ms_1)), ["app", "ms", "pooled"]);
        let archives: Vec<PathBuf> = ["ms-1", "ms-2", "pooled"].map(|name| path(&format!("cache/{name}.zip"))).into();
        assert_eq!(manifest.archives(), archives.into_iter().collect());
        let workspaces = ["p", "p/lib", ms_1].map(|at| manifest.package(number(at)).workspace);
        assert_eq!(workspaces, [true, true, false]);
    }

    #[test]
    fn every_form_of_the_file_is_read() {
        let small = r#"{"packageRegistryData": [["it's", [["\\1", {"packageLocation": "./"}]]]]}"#;
        let quoted = small.replace('\\', r"\\").replace('\'', r"\'").replace(", ", ",\\\n");
        let forms = [
            (DATA, small.to_string()),
            (CODE, format!("// é\nconst RAW_RUNTIME_STATE =\n'{quoted}';\nfunction $$SETUP_STATE() {{}}\n")),
            (CODE, format!("return hydrateRuntimeState(JSON.parse('{quoted}'), {{basePath}});\n")),
            (
                OLD_CODE,
                format!("function f(hydrateRuntimeState, b) {{\n return hydrateRuntimeState({small}, {{}});\n}}"),
            ),
        ];
        for (name, text) in forms {
            let (_folder, read) = manifest(name, &text);
            let read = read.unwrap_or_else(|bad| panic!("{text}: {bad:?}"));
            assert_eq!(read.package(0).name, "it's", "{text}");
        }
        let (folder, read) = manifest(CODE, "require('./.pnp.data.json')");
        assert!(read.unwrap_err().reason.contains(DATA));
        std::fs::write(folder.path().join("p").join(DATA), small).unwrap();
        let code = folder.path().join("p").join(CODE);
        assert_eq!(Manifest::read(&Disk, &code, false).unwrap().path, code.with_file_name(DATA));
    }

    #[test]
    fn what_is_wrong_with_it_is_told() {
        let (_folder, read) = manifest(DATA, "{\n  \"packageRegistryData\": 1\n}");
        let bad = read.unwrap_err();
        assert_eq!(bad.place.map(|(line, _)| line), Some(2));
        assert!(bad.reason.contains("expected a sequence"), "{}", bad.reason);
        for text in ["", "const RAW_RUNTIME_STATE = '{\"packageRegistryData\"'", "{\"packageRegistryData\": [[]]}"] {
            assert!(manifest(CODE, text).1.is_err(), "{text}");
        }
        let pattern = r#"{"packageRegistryData": [], "ignorePatternData": "("}"#;
        assert!(manifest(DATA, pattern).1.unwrap_err().reason.contains("ignorePatternData"));
    }

    #[test]
    fn the_nearest_way_of_installing_counts() {
        let folder = tempfile::tempdir().unwrap();
        let path = |path: &str| folder.path().join(path);
        std::fs::create_dir_all(path("p/app/node_modules/.cache")).unwrap();
        assert_eq!(find(&Disk, &path("p/app")), None);
        std::fs::write(path("p/.pnp.data.json"), "").unwrap();
        assert_eq!(find(&Disk, &path("p/app")), Some(path("p/.pnp.data.json")));
        std::fs::write(path("p/.pnp.cjs"), "").unwrap();
        std::fs::create_dir_all(path("p/node_modules/left-over")).unwrap();
        assert_eq!(find(&Disk, &path("p/app")), Some(path("p/.pnp.cjs")));
        std::fs::create_dir_all(path("p/app/node_modules/react")).unwrap();
        assert_eq!(find(&Disk, &path("p/app")), None);
    }
}
