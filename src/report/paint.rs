//! Sizes, times and colours as text.

use std::time::Duration;

/// `812 B`, `1.2 kB`, `1.20 MB`: sizes one below the other line up.
pub(super) fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        // From here on the kilobytes would be rounded to 1000.0.
        1_000..999_950 => format!("{:.1} kB", bytes as f64 / 1e3),
        _ => format!("{:.2} MB", bytes as f64 / 1e6),
    }
}

/// `+1.2 kB`, `−812 B`.
pub(super) fn signed(bytes: i64) -> String {
    let sign = if bytes < 0 { '−' } else { '+' };
    format!("{sign}{}", size(bytes.unsigned_abs()))
}

/// A limit as somebody wrote it: `1 MB`, `1.5 MB`, `170 kB`.
pub(super) fn limit(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} kB", bytes as f64 / 1e3),
        _ => format!("{} MB", bytes as f64 / 1e6),
    }
}

pub(super) fn time(took: Duration) -> String {
    let seconds = took.as_secs_f64();
    if seconds < 0.9995 { format!("{:.0} ms", seconds * 1e3) } else { format!("{seconds:.2} s") }
}

/// `1 file`, `2 files`
pub(super) fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// At most `width` characters: the beginning of a long path gives way, its end says what it is.
pub(super) fn fit(text: &str, width: usize) -> String {
    let length = text.chars().count();
    if length <= width {
        return text.to_string();
    }
    let kept: String = text.chars().skip(length + 1 - width.max(1)).collect();
    format!("…{kept}")
}

#[derive(Clone, Copy)]
pub(super) struct Paint(pub bool);

impl Paint {
    fn with(self, code: &str, text: &str) -> String {
        if self.0 && !text.is_empty() { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_string() }
    }
    pub fn bold(self, text: &str) -> String {
        self.with("1", text)
    }
    pub fn dim(self, text: &str) -> String {
        self.with("2", text)
    }
    pub fn good(self, text: &str) -> String {
        self.with("1;32", text)
    }
    pub fn bad(self, text: &str) -> String {
        self.with("1;31", text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        let shown = [0, 999, 1_000, 1_234, 999_949, 999_950, 1_000_000, 1_234_567, 2_000_000_000].map(size);
        assert_eq!(
            shown,
            ["0 B", "999 B", "1.0 kB", "1.2 kB", "999.9 kB", "1.00 MB", "1.00 MB", "1.23 MB", "2000.00 MB"]
        );
    }

    #[test]
    fn times_and_paths() {
        assert_eq!(time(Duration::from_micros(12_300)), "12 ms");
        assert_eq!(time(Duration::from_micros(999_600)), "1.00 s");
        assert_eq!(fit("assets/main.js", 8), "…main.js");
        assert_eq!(fit("main.js", 8), "main.js");
    }
}
