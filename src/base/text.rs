//! Looking for words in texts.

/// Whether `word` stands in `text`. On texts of a few kilobytes several times as fast as the standard library.
pub fn contains(text: &str, word: &str) -> bool {
    memchr::memmem::find(text.as_bytes(), word.as_bytes()).is_some()
}
