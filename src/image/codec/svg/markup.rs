//! The markup of a drawing, copied with less around it.
//!
//! Works on the text, not on a tree: names, references and quotes stay as they were written. The text is well-formed
//! (the caller has parsed it); what is not understood ends the attempt.

use super::{SVG, css, values};
use std::collections::BTreeSet;

/// What must not change because a style sheet may depend on it.
#[derive(Clone, Copy, Default)]
pub struct Caution {
    /// Which elements there are.
    pub structure: bool,
    /// How attributes are spelled.
    pub attributes: bool,
}

/// Starts of the namespaces of drawing programs and of descriptions of the work.
const EDITORS: [&str; 17] = [
    "http://www.inkscape.org/",
    "http://sodipodi.sourceforge.net/",
    "http://inkscape.sourceforge.net/",
    "http://ns.adobe.com/",
    "http://www.figma.com/",
    "http://www.bohemiancoding.com/",
    "http://www.serif.com/",
    "http://www.vector.evaxdesign.sk",
    "http://www.corel.com/",
    "http://krita.org/",
    "https://boxy-svg.com",
    "http://svgjs.com/",
    "http://svgjs.dev/",
    "http://purl.org/dc/",
    "http://creativecommons.org/",
    "http://web.resource.org/cc/",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns",
];

pub fn is_editor(namespace: &str) -> bool {
    EDITORS.iter().any(|start| namespace.starts_with(start))
}

/// `None`: kept as it is.
pub fn minify(text: &str, caution: Caution) -> Option<String> {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    // The first pass finds out which prefixes are still in use.
    let first = Writer::new(caution, None).run(text)?;
    Some(Writer::new(caution, Some(first.used)).run(text)?.out)
}

struct Attribute<'a> {
    name: &'a str,
    /// As written, without quotes.
    value: &'a str,
}

/// An element that is not closed yet.
struct Open {
    /// Nothing of it is written.
    dropped: bool,
    /// White space in it is text.
    text: bool,
    /// Another language inside (`foreignObject`): copied as it is.
    foreign: bool,
    style: bool,
    /// Namespaces in scope before it.
    scope: usize,
}

struct Writer<'a> {
    caution: Caution,
    out: String,
    open: Vec<Open>,
    /// (prefix, namespace), innermost last.
    scope: Vec<(&'a str, &'a str)>,
    used: BTreeSet<String>,
    /// `None` on the first pass.
    wanted: Option<BTreeSet<String>>,
    /// The last thing written is a start tag.
    started: bool,
}

impl<'a> Writer<'a> {
    fn new(caution: Caution, wanted: Option<BTreeSet<String>>) -> Self {
        Writer {
            caution,
            out: String::new(),
            open: Vec::new(),
            scope: vec![("xml", "http://www.w3.org/XML/1998/namespace")],
            used: BTreeSet::new(),
            wanted,
            started: false,
        }
    }

    fn run(mut self, text: &'a str) -> Option<Self> {
        let mut rest = text;
        while !rest.is_empty() {
            let end = |close: &str| rest.find(close).map(|at| at + close.len());
            let length = if let Some(comment) = rest.strip_prefix("<!--") {
                let length = 4 + comment.find("-->")? + 3;
                // A comment that asks to stay, as licences do.
                if rest.starts_with("<!--!") {
                    self.put(&rest[..length]);
                }
                length
            } else if rest.starts_with("<![CDATA[") {
                let length = end("]]>")?;
                self.character_data(&rest[9..length - 3]);
                length
            } else if rest.starts_with("<?") {
                let length = end("?>")?;
                if rest.starts_with("<?xml-stylesheet") {
                    self.put(&rest[..length]);
                }
                length
            } else if rest.starts_with("<!") {
                let length = end(">")?;
                // Entities and default attributes: leave the file alone.
                if rest[..length].contains('[') {
                    return None;
                }
                length
            } else if rest.starts_with("</") {
                let length = end(">")?;
                self.end(rest[2..length - 1].trim_end())?;
                length
            } else if rest.starts_with('<') {
                self.start(rest)?
            } else {
                let length = rest.find('<').unwrap_or(rest.len());
                self.text(&rest[..length]);
                length
            };
            rest = &rest[length..];
        }
        self.open.is_empty().then_some(self)
    }

    fn dropped(&self) -> bool {
        self.open.last().is_some_and(|open| open.dropped)
    }

    fn put(&mut self, text: &str) {
        if !self.dropped() {
            self.out.push_str(text);
            self.started = false;
        }
    }

    fn text(&mut self, text: &str) {
        let kept = self.open.last().is_some_and(|open| open.text || open.foreign);
        if self.open.last().is_some_and(|open| open.style) && !text.contains('&') {
            match css::minify(text) {
                Some(sheet) if sheet.is_empty() => {}
                Some(sheet) => self.put(&sheet),
                None => self.put(text),
            }
        } else if kept || !text.trim_ascii().is_empty() {
            self.put(text);
        }
    }

    fn character_data(&mut self, data: &str) {
        let style = self.open.last().is_some_and(|open| open.style);
        let sheet = css::minify(data).filter(|_| style).unwrap_or_else(|| data.to_string());
        if sheet.contains(['<', '&']) || !style {
            self.put(&format!("<![CDATA[{sheet}]]>"));
        } else {
            self.put(&sheet);
        }
    }

    /// Writes a start tag; returns its length in the source.
    fn start(&mut self, source: &'a str) -> Option<usize> {
        let (name, attributes, empty, length) = tag(source)?;
        let scope = self.scope.len();
        for attribute in &attributes {
            if let Some(prefix) = declared(attribute.name) {
                self.scope.push((prefix, attribute.value));
            }
        }
        let (prefix, local) = name.split_once(':').unwrap_or(("", name));
        let namespace = self.namespace(prefix);
        let svg = namespace == SVG;
        let hidden = is_editor(namespace) || (svg && local == "metadata");
        let parent = self.open.last();
        let foreign = !svg || local == "foreignObject" || parent.is_some_and(|open| open.foreign);
        let parent_text = parent.is_some_and(|open| open.text);
        let textual = matches!(local, "text" | "tspan" | "textPath" | "tref" | "title" | "desc" | "style");
        let open = Open {
            dropped: self.dropped() || (hidden && !self.caution.structure),
            text: parent_text || textual,
            foreign,
            style: svg && local == "style" && is_css(&attributes),
            scope,
        };
        if !open.dropped {
            self.used.insert(prefix.to_string());
            self.tag(name, local, svg && !foreign, &attributes);
            self.out.push_str(if empty { "/>" } else { ">" });
            self.started = !empty;
        }
        if empty {
            self.scope.truncate(scope)
        } else {
            self.open.push(open)
        }
        Some(length)
    }

    fn namespace(&self, prefix: &str) -> &'a str {
        self.scope.iter().rev().find(|(name, _)| *name == prefix).map_or("", |(_, namespace)| namespace)
    }

    /// A start tag without its end. `ours`: the values are SVG's and may be spelled anew.
    fn tag(&mut self, name: &str, local: &str, ours: bool, attributes: &[Attribute]) {
        self.out.push('<');
        self.out.push_str(name);
        for attribute in attributes {
            let wanted = |prefix: &str| self.wanted.as_ref().is_none_or(|wanted| wanted.contains(prefix));
            let keep = match declared(attribute.name) {
                Some(prefix) => prefix.is_empty() || wanted(prefix),
                None => !self.needless(local, ours, attribute),
            };
            if !keep {
                continue;
            }
            if declared(attribute.name).is_none() {
                self.note_prefixes(attribute);
            }
            let value = match ours && !self.caution.attributes {
                true => values::minify(local, attribute.name, attribute.value),
                false => attribute.value.to_string(),
            };
            let quote = if value.contains('"') { '\'' } else { '"' };
            self.out.push_str(&format!(" {}={quote}{value}{quote}", attribute.name));
        }
    }

    fn needless(&self, local: &str, ours: bool, attribute: &Attribute) -> bool {
        if self.caution.attributes {
            return false;
        }
        match attribute.name.split_once(':') {
            Some((prefix, _)) => is_editor(self.namespace(prefix)),
            None if !ours => false,
            // No browser has read these since SVG 1.1.
            None => {
                attribute.name == "enable-background"
                    || (local == "svg" && matches!(attribute.name, "version" | "baseProfile"))
            }
        }
    }

    /// Prefixes are used in names, and in values that are names (`attributeName="xlink:href"`).
    fn note_prefixes(&mut self, attribute: &Attribute) {
        for text in [attribute.name, attribute.value] {
            if let Some((prefix, _)) = text.split_once(':') {
                self.used.insert(prefix.to_string());
            }
        }
    }

    fn end(&mut self, name: &str) -> Option<()> {
        let open = self.open.pop()?;
        self.scope.truncate(open.scope);
        if open.dropped {
            return Some(());
        }
        if self.started {
            self.out.pop();
            self.out.push_str("/>");
        } else {
            self.out.push_str(&format!("</{name}>"));
        }
        self.started = false;
        Some(())
    }
}

/// The prefix that an attribute declares, `""` for the default namespace.
fn declared(name: &str) -> Option<&str> {
    if name == "xmlns" { Some("") } else { name.strip_prefix("xmlns:") }
}

fn is_css(attributes: &[Attribute]) -> bool {
    attributes.iter().all(|attribute| attribute.name != "type" || matches!(attribute.value, "" | "text/css"))
}

/// Name, attributes, whether it closes itself, and length of the start tag at the start of `source`.
fn tag(source: &str) -> Option<(&str, Vec<Attribute<'_>>, bool, usize)> {
    let name = &source[1..1 + source[1..].find([' ', '\t', '\n', '\r', '/', '>'])?];
    let mut rest = &source[1 + name.len()..];
    let mut attributes = Vec::new();
    loop {
        rest = rest.trim_ascii_start();
        let closed = if rest.starts_with("/>") { Some(2) } else { rest.starts_with('>').then_some(1) };
        if let Some(closing) = closed {
            return Some((name, attributes, closing == 2, source.len() - rest.len() + closing));
        }
        let (attribute, after) = rest.split_once('=')?;
        let after = after.trim_ascii_start();
        let quote = after.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
        let (value, after) = after[1..].split_once(quote)?;
        attributes.push(Attribute { name: attribute.trim_ascii_end(), value });
        rest = after;
    }
}
