//! A regular expression of JavaScript, as other tools write them into their files: with looking around.

use regress::Regex;

/// Matches anywhere in a text.
#[derive(Clone, Debug)]
pub struct ScriptPattern {
    regex: Regex,
}

impl ScriptPattern {
    /// `Err`: why it is none.
    pub fn new(text: &str) -> Result<Self, String> {
        Regex::new(text).map(|regex| ScriptPattern { regex }).map_err(|error| error.to_string())
    }

    pub fn matches(&self, text: &str) -> bool {
        self.regex.find(text).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_yarn_writes_is_understood() {
        // Of `pnpIgnorePatterns: ["./.yarn/sdks/**"]`, the default.
        let text = r"^(?:\.yarn\/sdks(?:\/(?!\.{1,2}(?:\/|$))(?:(?:(?!(?:^|\/)\.{1,2}(?:\/|$)).)*?)|$))$";
        let pattern = ScriptPattern::new(text).unwrap();
        assert!(pattern.matches(".yarn/sdks/typescript/lib/tsc.js") && pattern.matches(".yarn/sdks"));
        assert!(!pattern.matches(".yarn/cache/a.zip") && !pattern.matches("src/.yarn/sdks/a"));
        assert!(ScriptPattern::new("(a").is_err());
    }
}
