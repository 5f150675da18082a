//! A glob for project paths, as flags have it.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

/// Folder of installed packages: where one starts inside a path, a pattern may start too.
const PACKAGES: &str = "node_modules/";

/// `src/ui/**`, `node_modules/{react,react-dom}/**`; what names a folder means all that is in it.
#[derive(Clone, Debug)]
pub struct PathPattern {
    set: GlobSet,
}

impl PathPattern {
    /// `Err`: why it is none.
    pub fn new(text: &str) -> Result<Self, String> {
        let text = text.trim_start_matches("./").trim_end_matches('/');
        if text.is_empty() {
            return Err("it is empty".to_string());
        }
        let mut set = GlobSetBuilder::new();
        for glob in [text.to_string(), format!("{text}/**")] {
            let built = GlobBuilder::new(&glob).literal_separator(true).build();
            set.add(built.map_err(|error| error.kind().to_string())?);
        }
        let set = set.build().map_err(|error| error.kind().to_string())?;
        Ok(PathPattern { set })
    }

    /// `path` is relative to the project, with `/`. Packages may be anywhere: `node_modules/react/**` matches
    /// `../node_modules/.pnpm/react@18.0.0/node_modules/react/index.js`.
    pub fn matches(&self, path: &str) -> bool {
        let inside =
            path.match_indices(PACKAGES).filter(|(at, _)| path[..*at].ends_with('/')).map(|(at, _)| &path[at..]);
        std::iter::once(path).chain(inside).any(|path| self.set.is_match(path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_folders_and_packages() {
        for (pattern, path, expected) in [
            ("src/ui/**", "src/ui/a/b.ts", true),
            ("src/ui", "src/ui/a.ts", true),
            ("./src/ui/", "src/ui/a.ts", true),
            ("src/ui", "src/uix.ts", false),
            ("src/*.ts", "src/ui/a.ts", false),
            ("**/*.ts", "src/ui/a.ts", true),
            ("node_modules/**", "node_modules/react/index.js", true),
            ("node_modules/**", "../../node_modules/react/index.js", true),
            ("node_modules/{react,react-dom}", "node_modules/react-dom/index.js", true),
            ("node_modules/react", "node_modules/.pnpm/react@18.0.0/node_modules/react/index.js", true),
            ("node_modules/react", "node_modules/react-dom/index.js", false),
            ("react", "node_modules/react/index.js", false),
            ("node_modules/**", "src/my_node_modules/a.js", false),
        ] {
            assert_eq!(PathPattern::new(pattern).unwrap().matches(path), expected, "{pattern} {path}");
        }
        assert!(PathPattern::new("src/[a").is_err() && PathPattern::new("").is_err());
    }
}
