//! From byte offsets to lines and columns.

/// Line starts of one text. Lines end at LF, CR LF or CR, U+2028 and U+2029 do not end one (as in source maps).
#[derive(Clone, Debug)]
pub struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for (at, byte) in bytes.iter().enumerate() {
            if *byte == b'\n' || (*byte == b'\r' && bytes.get(at + 1) != Some(&b'\n')) {
                starts.push(at as u32 + 1);
            }
        }
        LineIndex { starts }
    }

    /// 0-based line of a byte offset in a text of which nothing else is asked.
    pub fn line_in(text: &str, offset: u32) -> u32 {
        let before = &text.as_bytes()[..(offset as usize).min(text.len())];
        let count = |byte: u8| before.iter().filter(|other| **other == byte).count() as u32;
        let carriage_returns = count(b'\r');
        if carriage_returns == 0 {
            return count(b'\n');
        }
        Self::new(text).line(offset)
    }

    /// 0-based line of a byte offset.
    pub fn line(&self, offset: u32) -> u32 {
        (self.starts.partition_point(|start| *start <= offset) - 1) as u32
    }

    /// Byte offset at which a 0-based line starts.
    pub fn start(&self, line: u32) -> u32 {
        self.starts[line as usize]
    }

    /// 0-based line and 0-based column in UTF-16 units, as source maps count.
    pub fn utf16(&self, text: &str, offset: u32) -> (u32, u32) {
        let line = self.line(offset);
        let start = self.start(line) as usize;
        let slice = &text.as_bytes()[start..(offset as usize).min(text.len())];
        // Continuation bytes count for nothing, four-byte sequences for two.
        let column: u32 = slice.iter().map(|byte| u32::from((byte & 0xC0) != 0x80) + u32::from(*byte >= 0xF0)).sum();
        (line, column)
    }

    /// 1-based line and 1-based column in characters, as people and editors count.
    pub fn human(&self, text: &str, offset: u32) -> (u32, u32) {
        let line = self.line(offset);
        let start = self.start(line) as usize;
        let slice = &text.as_bytes()[start..(offset as usize).min(text.len())];
        (line + 1, slice.iter().filter(|byte| (**byte & 0xC0) != 0x80).count() as u32 + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions() {
        let text = "a\r\nb\u{1F600}c\rd\ne";
        let index = LineIndex::new(text);
        assert_eq!(index.utf16(text, 3), (1, 0));
        assert_eq!(index.utf16(text, 8), (1, 3), "an astral character is two UTF-16 units");
        assert_eq!(index.human(text, 8), (2, 3));
        assert_eq!(index.line(text.len() as u32), 3);
        for text in [text, "\n\nab\nc"] {
            let index = LineIndex::new(text);
            assert!((0..=text.len() as u32).all(|at| LineIndex::line_in(text, at) == index.line(at)));
        }
    }
}
