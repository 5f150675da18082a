//! Sheets that scripts ask for as text (`?inline`) or as an object (`with { type: 'css' }`): a module that puts the compiled
//! text together, from that of the sheets it imports and the addresses of its files.

use super::externals;
use super::project::{Place, Project};
use super::resolve::{Class, Resolved};
use super::style;
use crate::base::relative_path;
use crate::config::Options;
use crate::diag::Diagnostic;
use crate::lang::css::{self, CompileOptions, CompiledCss, CssFacts, CssImport, CssPiece};
use std::path::Path;
use std::sync::Arc;

/// Script text, and what was wrong with the sheet.
pub(super) struct Made {
    pub source: String,
    pub problems: Vec<Diagnostic>,
    pub sheet: Arc<str>,
}

/// The module of a sheet's compiled text.
pub(super) fn text(project: &Project, place: &Place, local: bool) -> Made {
    let sheet = style::sheet(project, place, local, None);
    let name = project.place_name(place);
    let options = compile_options(project.options);
    let given = css::Sheet { source: &sheet.source, name: &name, local, name_hash: &name, unused: &[] };
    let mut problems = sheet.problems.clone();
    let has_failed = problems.iter().any(Diagnostic::is_error);
    let compiled = if has_failed { CompiledCss::default() } else { css::compile(given, &options).take(&mut problems) };
    let mut out = Out::default();
    if !compiled.early_layers.is_empty() {
        out.text(&format!("@layer {};", compiled.early_layers.join(",")));
    }
    compiled.namespaces.iter().for_each(|namespace| out.text(namespace));
    for import in &sheet.facts.imports {
        out.import(project, &place.path, import, &options);
    }
    out.body(&sheet.facts, &compiled.body, options.minify);
    Made { source: out.module(), problems, sheet: Arc::clone(&sheet.source) }
}

/// The module of a sheet as an object, made of the module of its text.
pub(super) fn sheet(path: &Path) -> String {
    let specifier = quote(&format!("./{}?inline", file_name(path)));
    format!(
        "import text from {specifier};\n\
         const make = (text) => {{ const sheet = new CSSStyleSheet(); sheet.replaceSync(text); return sheet; }};\n\
         export default /* @__PURE__ */ make(text);\n"
    )
}

fn compile_options(options: &Options) -> CompileOptions {
    let minify = options.minified();
    CompileOptions { target: options.target.clone(), minify, names: options.module_names() }
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn quote(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A sum of texts and expressions.
#[derive(Default)]
struct Out {
    imports: String,
    count: usize,
    terms: Vec<String>,
    text: String,
}

impl Out {
    fn text(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn expression(&mut self, code: String) {
        self.flush();
        self.terms.push(code);
    }

    fn flush(&mut self) {
        if !self.text.is_empty() {
            self.terms.push(quote(&std::mem::take(&mut self.text)));
        }
    }

    /// Under its conditions. What cannot be found is told where the sheet is applied, or when the module is resolved.
    fn import(&mut self, project: &Project, importer: &Path, import: &CssImport, options: &CompileOptions) {
        let specifier = import.specifier.split('#').next().unwrap_or_default();
        if externals::is_url(specifier) || specifier.starts_with("data:") {
            // Constructed sheets ignore it, `<style>` does not.
            self.text(&format!("@import {}{};", css::string_token(&import.specifier), written(import)));
            return;
        }
        let folder = project.folder(importer);
        let bare = specifier.strip_prefix('~').unwrap_or(specifier);
        let target = match &*project.resolution.resolve(&folder, Class::Style, false, bare) {
            Resolved::File { path, .. } => Some(relative_path(importer.parent().unwrap_or(importer), path)),
            Resolved::Missing(_) => Some(specifier.to_string()),
            _ => None,
        };
        let Some(target) = target else { return };
        let target = if target.starts_with('.') { target } else { format!("./{target}") };
        let name = format!("d{}", self.count);
        self.count += 1;
        self.imports.push_str(&format!("import {name} from {};\n", quote(&format!("{target}?inline"))));
        let mut blocks = 0;
        let conditions = [("media", &import.media), ("supports", &import.supports)];
        for (rule, text) in conditions {
            let prelude = text.as_ref().map_or_else(String::new, |text| css::compile_condition(rule, text, options));
            if !prelude.is_empty() {
                self.text(&format!("@{rule} {prelude}{{"));
                blocks += 1;
            }
        }
        if let Some(layer) = &import.layer {
            self.text(&format!("@layer {layer}{{"));
            blocks += 1;
        }
        self.expression(name);
        self.text(&"}".repeat(blocks));
    }

    fn body(&mut self, facts: &CssFacts, body: &[CssPiece], minify: bool) {
        for piece in body {
            let (index, whole) = match piece {
                CssPiece::Text(text) => {
                    self.text(text);
                    continue;
                }
                CssPiece::Url(index) => (*index, true),
                CssPiece::UrlString(index) => (*index, false),
            };
            let specifier = facts.urls.get(index as usize).map_or("", |url| url.specifier.as_str());
            if externals::is_url(specifier) || specifier.starts_with('/') {
                self.text(&if whole { css::url_token(specifier, minify) } else { css::string_token(specifier) });
                continue;
            }
            self.text(if whole { "url(\"" } else { "\"" });
            self.expression(format!("new URL({}, import.meta.url).href", quote(specifier)));
            self.text(if whole { "\")" } else { "\"" });
        }
    }

    fn module(mut self) -> String {
        self.flush();
        if self.terms.is_empty() {
            self.terms.push(quote(""));
        }
        // A sum that begins with a text is one of texts.
        if !self.terms[0].starts_with('"') {
            self.terms.insert(0, quote(""));
        }
        format!("{}export default {};\n", self.imports, self.terms.join(" + "))
    }
}

/// The conditions of an import that stays one.
fn written(import: &CssImport) -> String {
    let mut out = String::new();
    match import.layer.as_deref() {
        None => {}
        Some("") => out.push_str(" layer"),
        Some(name) => out.push_str(&format!(" layer({name})")),
    }
    if let Some(supports) = &import.supports {
        out.push_str(&format!(" supports({supports})"));
    }
    if let Some(media) = &import.media {
        out.push_str(&format!(" {media}"));
    }
    out
}
