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
        for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            if bytes[at] == b'\n' || bytes.get(at + 1) != Some(&b'\n') {
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
        (line, units(&text.as_bytes()[start..(offset as usize).min(text.len())]))
    }

    /// As [`LineIndex::utf16`], for many offsets of the text, most of them a little behind the one before.
    pub fn places<'a>(&'a self, text: &'a str) -> Places<'a> {
        Places { index: self, text: text.as_bytes(), offset: 0, line: 0, column: 0 }
    }

    /// 1-based line and 1-based column in characters, as people and editors count.
    pub fn human(&self, text: &str, offset: u32) -> (u32, u32) {
        let line = self.line(offset);
        let start = self.start(line) as usize;
        let slice = &text.as_bytes()[start..(offset as usize).min(text.len())];
        (line + 1, slice.iter().filter(|byte| (**byte & 0xC0) != 0x80).count() as u32 + 1)
    }
}

/// Places in a text, each found from the one before.
pub struct Places<'a> {
    index: &'a LineIndex,
    text: &'a [u8],
    offset: u32,
    line: u32,
    column: u32,
}

impl Places<'_> {
    /// 0-based line and 0-based column in UTF-16 units.
    pub fn utf16(&mut self, offset: u32) -> (u32, u32) {
        let offset = offset.min(self.text.len() as u32);
        let ends = |line: u32| self.index.starts.get(line as usize + 1).copied().unwrap_or(u32::MAX);
        let (mut line, mut from, mut column) = (self.line, self.offset, self.column);
        if offset < from || offset >= ends(line) {
            let next = line + 1;
            line = if offset >= ends(line) && offset < ends(next) { next } else { self.index.line(offset) };
            (from, column) = (self.index.start(line), 0);
        }
        column += units(&self.text[from as usize..offset as usize]);
        (self.offset, self.line, self.column) = (offset, line, column);
        (line, column)
    }
}

/// Continuation bytes count for nothing, four-byte sequences for two.
fn units(text: &[u8]) -> u32 {
    text.iter().map(|byte| u32::from((byte & 0xC0) != 0x80) + u32::from(*byte >= 0xF0)).sum()
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
            let mut places = index.places(text);
            for at in (0..=text.len() as u32).flat_map(|at| [at, at / 2, at]) {
                assert_eq!(places.utf16(at), index.utf16(text, at), "{at}");
            }
        }
    }
}
