//! Yarn Plug'n'Play as a disk with `node_modules` folders.
//!
//! Every package of the map is shown with a `node_modules` folder in which there is a link for each name that it may
//! import, as pnpm makes them. So whoever looks for a package the usual way finds the one that is meant: through `exports`,
//! `imports`, `browser` maps, the `extends` of a tsconfig. What looks on in the folders above may find what only those may
//! import; [`Plugged::is_leak`] tells.

mod manifest;

pub use manifest::{BadManifest, Dependency, Manifest, Package, PackageNumber};

use super::archives::{Archives, Spot, split_virtual};
use super::{Files, Kind};
use std::borrow::Cow;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const MODULES: &str = "node_modules";

/// The disk of a project with a map.
pub struct Plugged {
    archives: Archives,
    pub manifest: Manifest,
}

/// What a path means.
#[derive(Debug, PartialEq, Eq)]
enum Lead<'p> {
    /// The `node_modules` folder of a package.
    Modules(PackageNumber),
    /// `@scope` in it.
    Scope(PackageNumber, String),
    /// A name in it.
    Link(PackageNumber),
    /// A path without such links.
    Path(Cow<'p, Path>),
}

impl Plugged {
    /// `None`: there is no map for this folder. `follow`: symbolic links are followed.
    pub fn open(disk: &Arc<dyn Files>, root: &Path, follow: bool) -> Result<Option<Plugged>, BadManifest> {
        let Some(path) = manifest::find(&**disk, root) else { return Ok(None) };
        let manifest = Manifest::read(&**disk, &path, follow)?;
        let archives = Archives::new(Arc::clone(disk), manifest.archives());
        Ok(Some(Plugged { archives, manifest }))
    }

    /// What was wrong with archives that were read.
    pub fn damaged(&self) -> Vec<(PathBuf, String)> {
        self.archives.damaged()
    }

    /// The archives that something was asked of, there or not.
    pub fn asked(&self) -> Vec<PathBuf> {
        self.archives.asked()
    }

    /// The path that a file has, whoever imports it by whatever name.
    pub fn settle(&self, path: &Path) -> PathBuf {
        match self.lead(path) {
            Lead::Link(to) => self.manifest.package(to).location.clone(),
            Lead::Path(path) => path.into_owned(),
            Lead::Modules(_) | Lead::Scope(..) => path.to_path_buf(),
        }
    }

    /// The file on the disk that a path depends on: itself, what a virtual path stands for, or an archive.
    pub fn source(&self, path: &Path) -> PathBuf {
        match self.archives.spot(&self.settle(path)) {
            Spot::Disk(path) => path.into_owned(),
            Spot::Inside { zip, .. } => zip,
        }
    }

    /// The same path on every machine: archives of a cache that is not the project's are shown as if they were in the
    /// project's.
    pub fn shown<'p>(&self, path: &'p Path) -> Cow<'p, Path> {
        let Spot::Inside { zip, inner } = self.archives.spot(path) else { return Cow::Borrowed(path) };
        if zip.starts_with(&self.manifest.folder) {
            return Cow::Borrowed(path);
        }
        let mut shown = self.manifest.folder.join(".yarn");
        if let Some((instance, _)) = split_virtual(path).and_then(|parts| parts.instance) {
            shown.extend(["__virtual__", &instance, "0"]);
        }
        shown.push("cache");
        shown.extend(zip.file_name());
        shown.extend(inner.split('/').filter(|part| !part.is_empty()));
        Cow::Owned(shown)
    }

    /// Whether files of `from` are not to find `found` as `name`: it belongs to a package that only somebody in a folder
    /// above may import, or was installed the usual way.
    pub fn is_leak(&self, from: &Path, name: &str, found: &Path) -> bool {
        let manifest = &self.manifest;
        let Some(importer) = manifest.owner(from) else { return false };
        let owner = manifest.owner(found);
        let is_in = |number: PackageNumber| {
            let package = manifest.package(number);
            owner == Some(number) || (package.only_linked && found.starts_with(&package.location))
        };
        let meant = |of: PackageNumber| matches!(manifest.dependency(of, name), Dependency::Package(to) if is_in(to));
        if meant(importer) {
            return false;
        }
        let owner = owner.map(|owner| manifest.package(owner)).filter(|owner| owner.workspace);
        let inside = owner.and_then(|owner| found.strip_prefix(&owner.location).ok());
        if inside.is_some_and(|inside| inside.starts_with(MODULES)) {
            return true;
        }
        // `imports` and maps for browsers lead to other names.
        let reaches = |of: PackageNumber| manifest.dependencies(of).any(is_in);
        let is_foreign = !is_in(importer) && !reaches(importer);
        let mut above = from.ancestors().filter_map(|folder| manifest.at(folder)).filter(|number| *number != importer);
        !is_in(importer) && above.any(|number| meant(number) || (is_foreign && reaches(number)))
    }

    fn lead<'p>(&self, path: &'p Path) -> Lead<'p> {
        let mut path = Cow::Borrowed(path);
        loop {
            let Some((of, inside)) = self.inside(&path) else { return Lead::Path(path) };
            let mut parts = inside.components().map(|part| part.as_os_str().to_string_lossy());
            let Some(first) = parts.next() else { return Lead::Modules(of) };
            let name = match (first.starts_with('@'), parts.next()) {
                (true, Some(second)) => format!("{first}/{second}"),
                (true, None) => return Lead::Scope(of, first.into_owned()),
                (false, _) => first.into_owned(),
            };
            let Dependency::Package(to) = self.manifest.dependency(of, &name) else { return Lead::Path(path) };
            let rest: PathBuf = inside.components().skip(if name.contains('/') { 2 } else { 1 }).collect();
            if rest.as_os_str().is_empty() {
                return Lead::Link(to);
            }
            path = Cow::Owned(self.manifest.package(to).location.join(rest));
        }
    }

    /// The first package of which the path goes through the `node_modules` folder, and the path there.
    fn inside<'p>(&self, path: &'p Path) -> Option<(PackageNumber, &'p Path)> {
        let text = path.to_str()?;
        text.match_indices(MODULES).find_map(|(at, word)| {
            let (before, after) = (&text[..at], &text[at + word.len()..]);
            let is_part = before.ends_with(std::path::is_separator)
                && (after.is_empty() || after.starts_with(std::path::is_separator));
            let of = self.manifest.at(Path::new(before)).filter(|_| is_part)?;
            Some((of, Path::new(after.trim_start_matches(std::path::is_separator))))
        })
    }

    /// What is shown in a folder beside what is there.
    fn list_with(&self, dir: &Path, names: impl Iterator<Item = String>) -> Vec<PathBuf> {
        let mut all = self.archives.list(dir).unwrap_or_default();
        all.extend(names.map(|name| dir.join(name)));
        all.sort();
        all.dedup();
        all
    }
}

impl Files for Plugged {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        match self.lead(path) {
            Lead::Path(path) => self.archives.read(&path),
            Lead::Modules(_) | Lead::Scope(..) | Lead::Link(_) => Err(io::Error::from(io::ErrorKind::IsADirectory)),
        }
    }

    fn kind(&self, path: &Path) -> io::Result<Kind> {
        match self.lead(path) {
            Lead::Path(path) => self.archives.kind(&path),
            Lead::Link(to) => self.archives.kind(&self.manifest.package(to).location),
            Lead::Modules(_) | Lead::Scope(..) => Ok(Kind::Folder),
        }
    }

    fn own_kind(&self, path: &Path) -> io::Result<Kind> {
        match self.lead(path) {
            Lead::Path(path) => self.archives.own_kind(&path),
            Lead::Link(_) => Ok(Kind::Link),
            Lead::Modules(_) | Lead::Scope(..) => Ok(Kind::Folder),
        }
    }

    fn read_link(&self, path: &Path) -> io::Result<PathBuf> {
        match self.lead(path) {
            Lead::Path(path) => self.archives.read_link(&path),
            Lead::Link(to) => Ok(self.manifest.package(to).location.clone()),
            Lead::Modules(_) | Lead::Scope(..) => Err(io::Error::from(io::ErrorKind::InvalidInput)),
        }
    }

    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        match self.lead(path) {
            Lead::Path(path) => self.archives.canonicalize(&path),
            Lead::Link(to) => self.archives.canonicalize(&self.manifest.package(to).location),
            Lead::Modules(_) | Lead::Scope(..) => Ok(path.components().collect()),
        }
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<PathBuf>> {
        let first = |name: &str| name.split('/').next().unwrap_or(name).to_string();
        match self.lead(dir) {
            Lead::Modules(of) => Ok(self.list_with(dir, self.manifest.names(of).into_iter().map(first))),
            Lead::Scope(of, scope) => {
                let names = self.manifest.names(of).into_iter();
                let inner = names.filter_map(|name| name.strip_prefix(&*scope)?.strip_prefix('/'));
                Ok(self.list_with(dir, inner.map(str::to_string)))
            }
            Lead::Link(to) => {
                let listed = self.archives.list(&self.manifest.package(to).location)?;
                Ok(listed.iter().filter_map(|path| path.file_name()).map(|name| dir.join(name)).collect())
            }
            Lead::Path(real) => {
                let listed = self.archives.list(&real)?;
                Ok(listed.iter().filter_map(|path| path.file_name()).map(|name| dir.join(name)).collect())
            }
        }
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::super::zip::written::archive;
    use super::*;
    use crate::fs::{Disk, Recording, Testimony};
    use std::time::Duration;

    const DATA: &str = r#"{
        "fallbackPool": [], "fallbackExclusionList": [],
        "dependencyTreeRoots": [{"name": "app", "reference": "workspace:."}, {"name": "lib", "reference": "workspace:lib"}],
        "packageRegistryData": [
            ["app", [["workspace:.", {"packageLocation": "./", "packageDependencies":
                [["a", "npm:1"], ["alias", ["a", "npm:1"]], ["@s/b", "virtual:1f#npm:2"], ["lib", "workspace:lib"], ["only-app", "npm:1"]]}]]],
            ["lib", [["workspace:lib", {"packageLocation": "./lib/", "packageDependencies": [["@s/b", "virtual:2e#npm:2"]]}]]],
            ["a", [["npm:1", {"packageLocation": "../cache/a.zip/node_modules/a/", "packageDependencies": [["a", "npm:1"]]}]]],
            ["only-app", [["npm:1", {"packageLocation": "../cache/only.zip/node_modules/only-app/"}]]],
            ["@s/b", [
                ["virtual:1f#npm:2", {"packageLocation": "./.yarn/__virtual__/b-1f/1/.yarn/cache/b.zip/node_modules/@s/b/",
                    "packageDependencies": [["a", "npm:1"]]}],
                ["virtual:2e#npm:2", {"packageLocation": "./.yarn/__virtual__/b-2e/2/cache/b.zip/node_modules/@s/b/",
                    "packageDependencies": [["a", null]]}]
            ]]
        ]
    }"#;

    struct Sample {
        folder: tempfile::TempDir,
        recording: Arc<Recording>,
        plugged: Plugged,
    }

    impl Sample {
        fn new() -> Sample {
            let folder = tempfile::tempdir().unwrap();
            let write = |path: &str, bytes: &[u8]| {
                let path = folder.path().join(path);
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, bytes).unwrap();
            };
            write("p/.pnp.data.json", DATA.as_bytes());
            write("p/lib/index.js", b"lib");
            write("p/node_modules/left/index.js", b"left");
            write("p/.yarn/cache/b.zip", &archive(&[("node_modules/@s/b/index.js", b"inner b")]));
            write("cache/b.zip", &archive(&[("node_modules/@s/b/index.js", b"outer b")]));
            write("cache/a.zip", &archive(&[("node_modules/a/package.json", b"{}"), ("node_modules/a/a.js", b"a")]));
            let recording = Arc::new(Recording::new(Arc::new(Disk)));
            let disk: Arc<dyn Files> = Arc::<Recording>::clone(&recording);
            let plugged = Plugged::open(&disk, &folder.path().join("p/lib"), false).unwrap().unwrap();
            Sample { folder, recording, plugged }
        }

        fn path(&self, path: &str) -> PathBuf {
            self.folder.path().join(path)
        }

        fn read(&self, path: &str) -> String {
            String::from_utf8(self.plugged.read(&self.path(path)).unwrap()).unwrap()
        }
    }

    #[test]
    fn packages_are_where_they_are_looked_for() {
        let sample = Sample::new();
        let plugged = &sample.plugged;
        for (path, expected) in [
            ("p/node_modules/a/a.js", "a"),
            ("p/node_modules/alias/a.js", "a"),
            ("p/node_modules/@s/b/index.js", "inner b"),
            ("p/node_modules/lib/node_modules/@s/b/index.js", "outer b"),
            ("p/node_modules/@s/b/node_modules/a/a.js", "a"),
            ("p/node_modules/lib/index.js", "lib"),
            ("p/node_modules/left/index.js", "left"),
        ] {
            assert_eq!(sample.read(path), expected, "{path}");
        }
        let path = |path: &str| sample.path(path);
        let a = path("cache/a.zip/node_modules/a");
        assert_eq!(plugged.own_kind(&path("p/node_modules/alias")).unwrap(), Kind::Link);
        assert_eq!(plugged.read_link(&path("p/node_modules/alias")).unwrap(), a);
        assert_eq!(plugged.canonicalize(&path("p/node_modules/alias/a.js")).unwrap(), a.join("a.js"));
        assert!(plugged.is_dir(&path("p/node_modules/@s")) && plugged.is_dir(&path("p/lib/node_modules")));
        assert!(!plugged.is_dir(&path("p/lib/node_modules/a")) && !plugged.is_dir(&path("p/src/node_modules")));
        assert!(!plugged.is_dir(&path("p/node_modules/only-app")), "its archive is missing");
        let names = |dir: &str| {
            let listed = plugged.list(&path(dir)).unwrap();
            listed
                .iter()
                .map(|at| at.strip_prefix(path(dir)).unwrap().to_str().unwrap().to_string())
                .collect::<Vec<_>>()
        };
        assert_eq!(names("p/node_modules"), ["@s", "a", "alias", "left", "lib", "only-app"]);
        assert_eq!(names("p/node_modules/@s"), ["b"]);
        assert_eq!(names("p/node_modules/a"), ["a.js", "package.json"]);
    }

    #[test]
    fn nobody_finds_what_only_others_may() {
        let sample = Sample::new();
        let leak =
            |from: &str, name: &str, found: &str| sample.plugged.is_leak(&sample.path(from), name, &sample.path(found));
        let a = "cache/a.zip/node_modules/a/a.js";
        assert!(!leak("p/src", "a", a) && !leak("p", "alias", a));
        assert!(leak("p/lib/src", "a", a), "found in the folder above");
        assert!(leak("p/lib/src", "#own", a), "found so by a name of its own");
        assert!(!leak("p/src", "#own", a));
        assert!(!leak("p/lib/src", "lib", "p/lib/index.js"));
        assert!(leak("p/src", "left", "p/node_modules/left/index.js"));
        assert!(leak("p/lib", "left", "p/node_modules/left/index.js"));
        assert!(!leak("elsewhere", "left", "p/node_modules/left/index.js"));
        let (inner, outer) = ("p/.yarn/__virtual__/b-1f/1/.yarn/cache/b.zip", "p/.yarn/__virtual__/b-2e/2/cache/b.zip");
        assert!(!leak("p/lib", "@s/b", &format!("{outer}/node_modules/@s/b/index.js")));
        assert!(leak("p/lib", "@s/b", &format!("{inner}/node_modules/@s/b/index.js")), "that of the folder above");
    }

    #[test]
    fn what_is_shown_is_the_same_on_every_machine() {
        let sample = Sample::new();
        let shown = |path: &str| {
            let path = sample.path(path);
            let shown = sample.plugged.shown(&path);
            shown.strip_prefix(sample.folder.path()).unwrap().to_str().unwrap().to_string()
        };
        for (path, expected) in [
            ("p/lib/index.js", "p/lib/index.js"),
            ("cache/a.zip/node_modules/a/a.js", "p/.yarn/cache/a.zip/node_modules/a/a.js"),
            (
                "p/.yarn/__virtual__/b-2e/2/cache/b.zip/node_modules/@s/b/index.js",
                "p/.yarn/__virtual__/b-2e/0/cache/b.zip/node_modules/@s/b/index.js",
            ),
            (
                "p/.yarn/__virtual__/b-1f/1/.yarn/cache/b.zip/node_modules/@s/b/index.js",
                "p/.yarn/__virtual__/b-1f/1/.yarn/cache/b.zip/node_modules/@s/b/index.js",
            ),
        ] {
            assert_eq!(shown(path), expected);
        }
    }

    #[test]
    fn answers_depend_on_the_map_and_the_archives() {
        let sample = Sample::new();
        let now = Duration::from_secs(9);
        assert_eq!(sample.read("p/node_modules/a/a.js"), "a");
        assert!(!sample.plugged.is_file(&sample.path("p/node_modules/a/b.js")));
        let sources = ["p/node_modules/a/a.js", "p/node_modules/lib/index.js"]
            .map(|path| sample.plugged.source(&sample.path(path)));
        assert_eq!(sources, ["cache/a.zip", "p/lib/index.js"].map(|path| sample.path(path)));
        let mut told = Testimony::of(&sample.recording, now).unwrap();
        assert!(told.uphold(now).unwrap().changed.is_empty());
        std::fs::write(sample.path("cache/a.zip"), archive(&[("node_modules/a/b.js", b"b")])).unwrap();
        std::fs::write(sample.path("p/.pnp.data.json"), "{}").unwrap();
        let changed: Vec<PathBuf> = told.uphold(now).unwrap().changed.into_iter().map(|(path, _)| path).collect();
        assert_eq!(changed, [sample.path("cache/a.zip"), sample.path("p/.pnp.data.json")]);
    }
}
