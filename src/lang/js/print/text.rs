//! The text that the printer of minified code writes: words kept apart, holes in the place of names, marks for source maps.

use super::super::facts::LocalSym;
use super::super::object::{Hole, HoleKind};
use super::literals::harmless;
use super::{MADE_UP, Mark, put_marked};
use swc_core::common::{BytePos, Span};

/// What has been written.
#[derive(Default)]
pub(super) struct Text {
    pub text: String,
    pub holes: Vec<Hole>,
    pub marks: Vec<Mark>,
    pub properties: Vec<String>,
    /// Marks are wanted.
    pub maps: bool,
    /// Names of properties may be marked (`mangle.rs`).
    marked: bool,
    /// A statement ends here that needs a semicolon unless a brace follows.
    pending_semicolon: bool,
    /// Where a statement begins of which nothing has come from the source yet.
    unsourced: Option<u32>,
    /// Where the last regular expression ends: a word behind it would be its flags.
    regex_end: usize,
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'\\') || byte >= 0x80
}

impl Text {
    /// `maps`: marks are wanted; `marked`: names of properties may be marked.
    pub fn new(capacity: usize, maps: bool, marked: bool) -> Self {
        Text { text: String::with_capacity(capacity), maps, marked, ..Text::default() }
    }

    pub fn at(&self) -> usize {
        self.text.len()
    }

    fn last(&self) -> u8 {
        self.text.as_bytes().last().copied().unwrap_or(b';')
    }

    /// What comes next comes from `position`.
    pub fn mark(&mut self, position: BytePos) {
        if self.maps && !position.is_dummy() {
            self.marks.push((position, self.text.len() as u32));
            self.unsourced = None;
        }
    }

    /// A statement begins.
    pub fn begin(&mut self) {
        self.commit();
        if self.maps {
            self.unsourced = Some(self.text.len() as u32);
        }
    }

    /// What comes next comes from no source: so does the statement that begins with it, which would else seem to come from
    /// where the one before it ends.
    pub fn made_up(&mut self) {
        if let Some(at) = self.unsourced.take() {
            self.marks.push((MADE_UP, at));
        }
    }

    /// What comes next does not come from where the text before it came from.
    pub fn nowhere(&mut self) {
        if self.maps {
            self.marks.push((MADE_UP, self.text.len() as u32));
            self.unsourced = None;
        }
    }

    fn from(&mut self, span: Span) {
        if span.is_dummy() {
            self.made_up();
        } else {
            self.mark(span.lo);
        }
    }

    pub fn semicolon(&mut self) {
        self.pending_semicolon = true;
    }

    /// Writes the semicolon that the last statement needs.
    pub fn commit(&mut self) {
        if self.pending_semicolon {
            self.pending_semicolon = false;
            self.text.push(';');
        }
    }

    /// `}`, before which no semicolon is needed.
    pub fn close_brace(&mut self) {
        self.pending_semicolon = false;
        self.text.push('}');
    }

    /// What needs no space before it.
    pub fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Keeps the word or number that comes next apart from what it would merge with.
    pub fn space(&mut self) {
        if is_word(self.last()) || self.regex_end == self.text.len() && self.regex_end > 0 {
            self.text.push(' ');
        }
    }

    pub fn word(&mut self, text: &str) {
        self.space();
        self.text.push_str(text);
    }

    /// A word that stands at `span`.
    pub fn word_at(&mut self, span: Span, text: &str) {
        self.space();
        self.from(span);
        self.text.push_str(text);
    }

    /// The name of a property, or one that no symbol stands for.
    pub fn name(&mut self, span: Span, text: &str) {
        self.space();
        self.from(span);
        self.raw(text);
    }

    /// Text in which property names may be marked.
    pub fn raw(&mut self, text: &str) {
        if self.marked {
            put_marked(text, &mut self.text, &mut self.holes, &mut self.properties);
        } else {
            self.text.push_str(text);
        }
    }

    pub fn symbol(&mut self, span: Span, symbol: LocalSym, kind: HoleKind) {
        self.space();
        self.from(span);
        self.holes.push(Hole { at: self.text.len() as u32, symbol, kind });
        self.text.push('_');
    }

    /// An operator before its operand.
    pub fn prefix(&mut self, operator: &str) {
        self.prefix_at(BytePos::DUMMY, operator);
    }

    /// One that stands at `position`.
    pub fn prefix_at(&mut self, position: BytePos, operator: &str) {
        let first = operator.as_bytes()[0];
        let merges = matches!(first, b'+' | b'-') && self.last() == first;
        // `<!--` begins a comment.
        if merges || operator == "--" && self.text.ends_with("<!") {
            self.text.push(' ');
        }
        self.mark(position);
        self.text.push_str(operator);
    }

    /// An operator of two operands that is no word.
    pub fn infix(&mut self, operator: &str) {
        // `-->` may begin a comment.
        if operator.starts_with('>') && self.text.ends_with("--") {
            self.text.push(' ');
        }
        self.text.push_str(operator);
    }

    pub fn regex(&mut self, expression: &str, flags: &str) {
        let script = || expression.get(..6).is_some_and(|first| first.eq_ignore_ascii_case("script"));
        // `//` begins a comment, `</script` ends the script.
        if self.last() == b'/' || self.last() == b'<' && script() {
            self.text.push(' ');
        }
        self.text.push('/');
        if expression.contains(['<', '>']) {
            // An escaped exclamation mark is none with the flag `u`.
            self.text.push_str(&harmless(&expression.replace("<!--", "<\\x21--").replace("-->", "--\\x3e")));
        } else {
            self.text.push_str(expression);
        }
        self.text.push('/');
        self.text.push_str(flags);
        self.regex_end = self.text.len();
    }
}
