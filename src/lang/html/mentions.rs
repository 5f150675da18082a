//! Which attributes and texts of a page mention files of the project.

use super::tokens::{Attribute, Kind, TextKind, Token};
use super::{HtmlRef, HtmlRefKind, entities, srcset};

/// Where in the page a mention stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Site {
    /// The whole value of that attribute of the element.
    Value { attribute: usize },
    /// A range of the decoded value of that attribute.
    Candidate { attribute: usize, start: usize, end: usize },
    /// The text of the element.
    Content,
}

/// A reference and the element that makes it.
#[derive(Clone, Debug)]
pub struct Mention {
    pub reference: HtmlRef,
    /// Lower case.
    pub element: String,
    /// Lower case; empty for the text of the element.
    pub attribute: String,
    /// Inside `<picture>` with `<source media>`: each source may have proportions of its own.
    pub art_directed: bool,
    /// The attributes of the element, decoded, in order.
    pub attributes: Vec<(String, String)>,
    pub(super) token: usize,
    pub(super) site: Site,
}

impl Mention {
    /// The value of an attribute of the element; empty when it has none.
    pub fn attribute_value(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }
}

/// Attributes by which a page keeps an element's URLs as they are. They do not reach the output.
pub(super) const IGNORE: [&str; 2] = ["data-plimsoll-ignore", "vite-ignore"];

/// All mentions, in document order.
pub(super) fn collect(source: &str, tokens: &[Token]) -> Vec<Mention> {
    let mut out = Vec::new();
    let mut picture = None;
    for (at, token) in tokens.iter().enumerate() {
        if token.close_name() == Some("picture") {
            picture = None;
        }
        let Kind::Open { name, attributes, .. } = &token.kind else { continue };
        match name.as_str() {
            "picture" => picture = Some(false),
            "source" if picture.is_some() && attributes.iter().any(|a| a.name == "media") => picture = Some(true),
            _ => {}
        }
        let element = ElementView::new(source, tokens, at, name, attributes, picture == Some(true));
        if !IGNORE.iter().any(|name| element.get(name).is_some()) {
            element.collect(&mut out);
        }
    }
    out
}

struct ElementView<'a> {
    source: &'a str,
    tokens: &'a [Token],
    at: usize,
    name: &'a str,
    raw: &'a [Attribute],
    attributes: Vec<(String, String)>,
    art_directed: bool,
}

impl<'a> ElementView<'a> {
    fn new(
        source: &'a str,
        tokens: &'a [Token],
        at: usize,
        name: &'a str,
        raw: &'a [Attribute],
        art_directed: bool,
    ) -> Self {
        let value = |attribute: &Attribute| {
            attribute.value.map(|(start, end)| entities::decode(&source[start..end]).into_owned()).unwrap_or_default()
        };
        let attributes = raw.iter().map(|attribute| (attribute.name.clone(), value(attribute))).collect();
        ElementView { source, tokens, at, name, raw, attributes, art_directed }
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    fn collect(&self, out: &mut Vec<Mention>) {
        for (index, (name, value)) in self.attributes.iter().enumerate() {
            // Of an attribute given twice only the first counts.
            if self.attributes[..index].iter().any(|(earlier, _)| earlier == name) {
                continue;
            }
            if name == "style" {
                if mentions_url(value) {
                    self.push(out, HtmlRefKind::StyleAttribute, Site::Value { attribute: index }, None);
                }
            } else if matches!((self.name, name.as_str()), ("img" | "source", "srcset") | ("link", "imagesrcset")) {
                for candidate in srcset::candidates(value) {
                    let site = Site::Candidate { attribute: index, start: candidate.start, end: candidate.end };
                    self.push_local(out, HtmlRefKind::Image, site, &value[candidate.start..candidate.end]);
                }
            } else if let Some(kind) = self.url_attribute(name) {
                let value = value.trim_matches(|c: char| c.is_ascii_whitespace());
                self.push_local(out, kind, Site::Value { attribute: index }, value);
            }
        }
        self.collect_content(out);
    }

    /// What the value of this attribute is, when it is a URL that concerns us.
    fn url_attribute(&self, attribute: &str) -> Option<HtmlRefKind> {
        match (self.name, attribute) {
            ("script", "src") => script_kind(self.get("type")),
            ("link", "href") => self.link_kind(),
            ("meta", "content") => self.meta_names_image().then_some(HtmlRefKind::Other),
            ("img", "src") | ("video", "poster") => Some(HtmlRefKind::Image),
            ("input", "src") if self.get("type").is_some_and(|t| t.eq_ignore_ascii_case("image")) => {
                Some(HtmlRefKind::Image)
            }
            ("image" | "feimage", "href" | "xlink:href") => Some(HtmlRefKind::Image),
            ("use", "href" | "xlink:href") => Some(HtmlRefKind::Image),
            ("video" | "audio" | "track" | "embed" | "source", "src") | ("object", "data") => Some(HtmlRefKind::Other),
            ("a" | "area", "href") | ("iframe" | "frame", "src") => Some(HtmlRefKind::Page),
            _ => None,
        }
    }

    fn link_kind(&self) -> Option<HtmlRefKind> {
        let rel = self.get("rel")?.to_ascii_lowercase();
        let is = |names: &[&str]| rel.split_ascii_whitespace().any(|token| names.contains(&token));
        if is(&["stylesheet"]) {
            return Some(HtmlRefKind::Stylesheet);
        }
        if is(&["icon", "apple-touch-icon", "apple-touch-icon-precomposed", "apple-touch-startup-image", "mask-icon"]) {
            return Some(HtmlRefKind::Icon);
        }
        if is(&["manifest"]) {
            return Some(HtmlRefKind::Manifest);
        }
        if is(&["prefetch"]) && self.get("href").is_some_and(leads_to_page) {
            return Some(HtmlRefKind::Page);
        }
        is(&["preload", "modulepreload", "prefetch"]).then_some(HtmlRefKind::Other)
    }

    fn meta_names_image(&self) -> bool {
        const IMAGES: [&str; 10] = [
            "og:image",
            "og:image:url",
            "og:image:secure_url",
            "og:video",
            "og:audio",
            "twitter:image",
            "twitter:image:src",
            "msapplication-tileimage",
            "msapplication-square150x150logo",
            "msapplication-config",
        ];
        let named = self.get("property").or_else(|| self.get("name")).unwrap_or("").trim().to_ascii_lowercase();
        IMAGES.contains(&named.as_str())
    }

    /// The text of inline module scripts and style elements.
    fn collect_content(&self, out: &mut Vec<Mention>) {
        let kind = match self.name {
            "script" if self.get("src").is_none() && script_kind(self.get("type")) == Some(MODULE) => {
                HtmlRefKind::InlineScript
            }
            "style" if self.get("type").is_none_or(is_css_type) => HtmlRefKind::InlineStyle,
            _ => return,
        };
        let Some(text) = self.tokens.get(self.at + 1).filter(|token| token.kind_is_raw_text()) else { return };
        let content = &self.source[text.start..text.end];
        if !content.trim().is_empty() {
            self.push(out, kind, Site::Content, Some((content.to_string(), text.start, text.end)));
        }
    }

    fn push_local(&self, out: &mut Vec<Mention>, kind: HtmlRefKind, site: Site, specifier: &str) {
        if is_local(specifier) {
            self.push(out, kind, site, None);
            if let Some(last) = out.last_mut() {
                last.reference.specifier = specifier.to_string();
            }
        }
    }

    fn push(&self, out: &mut Vec<Mention>, kind: HtmlRefKind, site: Site, content: Option<(String, usize, usize)>) {
        let (attribute, inline, (start, end)) = match (site, content) {
            (Site::Value { attribute } | Site::Candidate { attribute, .. }, _) => {
                let range = self.raw[attribute].value.unwrap_or(self.raw[attribute].name_range);
                let value = &self.attributes[attribute].1;
                let inline = (kind == HtmlRefKind::StyleAttribute).then(|| value.clone());
                (self.raw[attribute].name.clone(), inline, self.precise(site, range, value))
            }
            (Site::Content, Some((text, start, end))) => (String::new(), Some(text), (start, end)),
            (Site::Content, None) => return,
        };
        let reference = HtmlRef { kind, specifier: String::new(), inline, start: start as u32, end: end as u32 };
        out.push(Mention {
            reference,
            element: self.name.to_string(),
            attribute,
            art_directed: self.art_directed,
            attributes: self.attributes.clone(),
            token: self.at,
            site,
        });
    }

    /// The range of one candidate where the value is written without character references, else of the whole value.
    fn precise(&self, site: Site, (from, to): (usize, usize), value: &str) -> (usize, usize) {
        match site {
            Site::Candidate { start, end, .. } if self.source[from..to] == *value => (from + start, from + end),
            _ => (from, to),
        }
    }
}

impl Token {
    fn kind_is_raw_text(&self) -> bool {
        matches!(self.kind, Kind::Text(TextKind::Raw))
    }
}

const MODULE: HtmlRefKind = HtmlRefKind::Script { module: true };

/// `None`: a data block, whose `src` is not ours to touch.
fn script_kind(kind: Option<&str>) -> Option<HtmlRefKind> {
    let kind = kind.unwrap_or("").trim().to_ascii_lowercase();
    match kind.as_str() {
        "module" => Some(MODULE),
        kind if is_javascript_type(kind) => Some(HtmlRefKind::Script { module: false }),
        _ => None,
    }
}

pub(super) fn is_javascript_type(kind: &str) -> bool {
    let kind = kind.trim().to_ascii_lowercase();
    matches!(
        kind.as_str(),
        "" | "text/javascript"
            | "application/javascript"
            | "text/ecmascript"
            | "application/ecmascript"
            | "application/x-javascript"
            | "text/x-javascript"
    )
}

pub(super) fn is_css_type(kind: &str) -> bool {
    let kind = kind.trim();
    kind.is_empty() || kind.eq_ignore_ascii_case("text/css")
}

fn mentions_url(style: &str) -> bool {
    let lower = style.to_ascii_lowercase();
    lower.contains("url(") || lower.contains("image-set(")
}

fn leads_to_page(url: &str) -> bool {
    let path = url.split(['?', '#']).next().unwrap_or("");
    path.ends_with(".html") || path.ends_with(".htm") || path.ends_with('/')
}

/// A path of the project, rather than a fragment, another origin, another scheme or a template's placeholder.
fn is_local(url: &str) -> bool {
    let scheme = url.find(':').is_some_and(|colon| {
        let name = &url[..colon];
        name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
    });
    let template = ["{{", "{%", "<%", "${"].iter().any(|open| url.contains(open)) || variable(url).is_some();
    !(scheme || template || url.is_empty() || url.starts_with(['#', '?']) || url.starts_with("//"))
}

/// The first `%NAME%` of a text: its range and the name. Percent-encoding (`%20`) never looks like one, because a
/// name starts with a letter and is longer than two characters.
pub(super) fn variable(text: &str) -> Option<(std::ops::Range<usize>, &str)> {
    let mut from = 0;
    while let Some(open) = text[from..].find('%').map(|at| from + at) {
        let body = &text[open + 1..];
        let length = body.find(|c: char| !(c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')).unwrap_or(0);
        if length > 2 && body[length..].starts_with('%') && !body.starts_with(|c: char| c.is_ascii_digit()) {
            return Some((open..open + length + 2, &body[..length]));
        }
        from = open + 1;
    }
    None
}
