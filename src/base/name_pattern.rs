//! A regular expression for names, as flags have it.

use regex::Regex;

/// Matches anywhere in a name, as in JavaScript: `_$`, `^_`, `^(foo|bar)$`.
#[derive(Clone, Debug)]
pub struct NamePattern {
    regex: Regex,
}

impl NamePattern {
    /// `Err`: why it is none.
    pub fn new(text: &str) -> Result<Self, String> {
        match Regex::new(text) {
            Ok(regex) => Ok(NamePattern { regex }),
            // The last line says what is wrong, those before show where.
            Err(error) => {
                Err(error.to_string().lines().last().unwrap_or_default().trim_start_matches("error: ").into())
            }
        }
    }

    pub fn matches(&self, name: &str) -> bool {
        self.regex.is_match(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_anywhere_and_say_what_is_wrong() {
        let pattern = NamePattern::new("_$").unwrap();
        assert!(pattern.matches("foo_") && !pattern.matches("_foo"));
        assert_eq!(NamePattern::new("(a").unwrap_err(), "unclosed group");
        assert!(NamePattern::new("^(?!a)").unwrap_err().contains("look-around"));
    }
}
