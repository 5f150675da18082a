//! What the `package.json` files around a folder say of the modules in it: name, module type, side effects.
//!
//! Read here and not taken from the resolver because three different files may answer: the nearest one gives `type`,
//! the nearest with the field gives `sideEffects`, and the one at the package's top gives the name.

use super::shards::{Shards, lock};
use crate::fs::Files;
use crate::model::Package;
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// What holds for every module of a folder.
#[derive(Clone, Default, Debug)]
pub(super) struct Scope {
    /// The npm package; `None` for the project's own files.
    pub package: Option<Package>,
    /// `"type": "module"`
    pub esm: bool,
    side_effects: Option<Arc<SideEffects>>,
}

#[derive(Debug)]
enum SideEffects {
    All(bool),
    /// Only files that match have side effects. Patterns are relative to the folder.
    Matching(PathBuf, GlobSet),
}

impl Scope {
    /// None of its files does anything when nothing of it is used.
    pub fn never_acts(&self) -> bool {
        matches!(self.side_effects.as_deref(), Some(SideEffects::All(false)))
    }

    /// May the module do something when nothing of it is used?
    pub fn side_effects(&self, path: &Path) -> bool {
        match self.side_effects.as_deref() {
            None => true,
            Some(SideEffects::All(all)) => *all,
            Some(SideEffects::Matching(folder, patterns)) => {
                path.strip_prefix(folder).is_ok_and(|path| patterns.is_match(path))
            }
        }
    }
}

pub(super) struct Packages<'a> {
    files: &'a dyn Files,
    scopes: Shards<PathBuf, Arc<Scope>>,
    read: Mutex<Vec<PathBuf>>,
}

impl<'a> Packages<'a> {
    pub fn new(files: &'a dyn Files) -> Self {
        Packages { files, scopes: Shards::new(), read: Mutex::default() }
    }

    pub fn scope(&self, folder: &Path) -> Arc<Scope> {
        if let Some(scope) = self.scopes.get(folder) {
            return scope;
        }
        let scope = self.find(folder);
        self.scopes.insert(folder.to_path_buf(), scope)
    }

    /// Every package.json that was read.
    pub fn watched(&self) -> Vec<PathBuf> {
        lock(&self.read).clone()
    }

    fn find(&self, folder: &Path) -> Arc<Scope> {
        let Some(parent) = folder.parent() else { return Arc::default() };
        if folder.file_name().is_some_and(|name| name == "node_modules") {
            return Arc::default();
        }
        let outer = self.scope(parent);
        let manifest = self.manifest(folder);
        let top = package_name_by_path(folder);
        if manifest.is_none() && top.is_none() {
            return outer;
        }
        let manifest = manifest.unwrap_or_default();
        let text = |key: &str| manifest.get(key).and_then(Value::as_str).map(str::to_string);
        let named = manifest.get("name").is_some() || top.is_some();
        let package = match top {
            None => outer.package.clone(),
            Some(name) => Some(Package {
                name: text("name").filter(|name| !name.is_empty()).unwrap_or(name),
                version: text("version").unwrap_or_default(),
            }),
        };
        let own = manifest.get("sideEffects").and_then(|field| SideEffects::read(field, folder)).map(Arc::new);
        let esm = text("type").is_some_and(|kind| kind == "module");
        Arc::new(Scope {
            package,
            esm: if manifest.is_null() { outer.esm } else { esm },
            // A file without a name (`dist/esm/package.json`) only adds to what the package itself says.
            side_effects: own.or_else(|| if named { None } else { outer.side_effects.clone() }),
        })
    }

    /// A malformed file counts as absent here; the resolver reports it where it matters.
    fn manifest(&self, folder: &Path) -> Option<Value> {
        let path = folder.join("package.json");
        if !self.files.is_file(&path) {
            return None;
        }
        let bytes = self.files.read(&path).ok()?;
        lock(&self.read).push(path);
        let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
        serde_json::from_slice(text).ok()
    }
}

/// `x` of `node_modules/x`, `@s/x` of `node_modules/@s/x`, if the folder is just that.
fn package_name_by_path(folder: &Path) -> Option<String> {
    let name = folder.file_name()?.to_string_lossy();
    let parent = folder.parent()?;
    let above = parent.file_name()?.to_string_lossy();
    if above == "node_modules" {
        return (!name.starts_with('@')).then(|| name.into_owned());
    }
    let inside = parent.parent()?.file_name()? == "node_modules";
    (inside && above.starts_with('@')).then(|| format!("{above}/{name}"))
}

/// Is the file inside a `node_modules` folder?
pub(super) fn in_node_modules(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str() == "node_modules")
}

impl SideEffects {
    fn read(field: &Value, folder: &Path) -> Option<Self> {
        match field {
            Value::Bool(all) => Some(SideEffects::All(*all)),
            Value::String(pattern) => Self::matching(folder, [pattern.as_str()]),
            Value::Array(patterns) => Self::matching(folder, patterns.iter().filter_map(Value::as_str)),
            _ => None,
        }
    }

    /// `None` (everything has side effects) when a pattern is not understood: dropping code would be worse.
    fn matching<'p>(folder: &Path, patterns: impl IntoIterator<Item = &'p str>) -> Option<Self> {
        let mut set = GlobSetBuilder::new();
        for pattern in patterns {
            let bare = pattern.trim_start_matches("./").trim_start_matches('/');
            let pattern = if pattern.contains('/') { bare.to_string() } else { format!("**/{bare}") };
            set.add(GlobBuilder::new(&pattern).literal_separator(true).build().ok()?);
        }
        Some(SideEffects::Matching(folder.to_path_buf(), set.build().ok()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fs::Disk;

    #[test]
    fn the_right_file_answers() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write("package.json", r#"{"name":"app","type":"module"}"#);
        write(
            "node_modules/@s/kit/package.json",
            r#"{"name":"@s/kit","version":"1.2.0","sideEffects":["*.css","./dist/setup.js"]}"#,
        );
        write("node_modules/@s/kit/dist/esm/package.json", r#"{"type":"module"}"#);
        let packages = Packages::new(&Disk);
        let kit = folder.path().join("node_modules/@s/kit");
        let scope = packages.scope(&kit.join("dist/esm"));
        assert_eq!(scope.package, Some(Package { name: "@s/kit".into(), version: "1.2.0".into() }));
        assert!(scope.esm);
        assert!(!scope.side_effects(&kit.join("dist/esm/button.js")));
        assert!(scope.side_effects(&kit.join("dist/esm/deep/button.css")), "no slash: any folder");
        assert!(scope.side_effects(&kit.join("dist/setup.js")));
        assert!(!packages.scope(&kit.join("dist")).esm, "the project's type does not reach into packages");
        let own = packages.scope(&folder.path().join("src/deep"));
        assert!(own.package.is_none() && own.esm && own.side_effects(&folder.path().join("src/a.js")));
    }
}
