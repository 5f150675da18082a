//! The source map of a linked sheet.

use super::write::{Body, Mark, Writer};
use crate::base::{LineIndex, StyleId, encode_url_path, join_url, relative_path, relative_url};
use crate::config::SourceMapMode;
use crate::lang::css::{self, CompiledCss, CssOrigin, ModuleNames};
use crate::lang::sourcemap::{self, Mappings, NOWHERE, Token};
use crate::model::{FileKind, NameTemplate, OutputKey, Piece, RefStyle, RenderedFile, Style};
use std::collections::{BTreeMap, BTreeSet};

/// As long as the hash in a name.
const HASH: &str = "XXXXXXXX";

/// Which place of its file each part of a compiled sheet comes from.
pub(super) fn origins(style: &Style, sheet: &CompiledCss, names: &ModuleNames) -> Vec<CssOrigin> {
    let local = style.local.then_some((style.name.as_str(), names));
    css::origins(written(style), &sheet.body, local)
}

/// The text of the file.
pub(super) fn written(style: &Style) -> &str {
    style.written.as_deref().unwrap_or(&style.source)
}

/// Puts the map, or where it is, at the end of a sheet. Returns the file of the map.
pub(super) fn attach(key: &OutputKey, name: &NameTemplate, body: &mut Body, writer: &Writer) -> Option<RenderedFile> {
    let mode = writer.options.sourcemap;
    if mode == SourceMapMode::None {
        return None;
    }
    let map = text(name, body, writer);
    let comment = |start: &str| {
        let ends_line = matches!(body.pieces.last(), None | Some(Piece::Text(_)))
            && body.pieces.last().is_none_or(|piece| matches!(piece, Piece::Text(text) if text.ends_with(b"\n")));
        Piece::Text(format!("{}/*# sourceMappingURL={start}", if ends_line { "" } else { "\n" }).into_bytes())
    };
    let end = || Piece::Text(b" */\n".to_vec());
    if mode == SourceMapMode::Inline {
        let piece = comment(&sourcemap::data_url(&map));
        body.pieces.extend([piece, end()]);
        return None;
    }
    let map_key = OutputKey::Map(Box::new(key.clone()));
    if mode == SourceMapMode::Linked {
        let piece = comment("");
        body.pieces.extend([piece, Piece::Ref(map_key.clone(), RefStyle::FileName), end()]);
    }
    let name = NameTemplate { ext: format!("{}.map", name.ext), ..name.clone() };
    let body = vec![Piece::Text(map.into_bytes())];
    Some(RenderedFile { key: map_key, kind: FileKind::Map, name, body, contributions: Vec::new(), exports: Vec::new() })
}

fn text(name: &NameTemplate, body: &Body, writer: &Writer) -> String {
    let name = name.fill(HASH);
    let (tokens, all, names) = tokens(&name, body, writer);
    let mappings = Mappings::of(tokens).finish();
    let sources: Vec<StyleId> = mappings.sources.iter().map(|at| all[*at as usize]).collect();
    let names: Vec<&str> = mappings.names.iter().map(|at| names[*at as usize].as_str()).collect();
    let path = writer.options.outdir.join(&name);
    let folder = path.parent().unwrap_or(&writer.options.outdir);
    let styles = || sources.iter().map(|id| &writer.graph.styles[*id]);
    let paths: Vec<String> = styles().map(|style| relative_path(folder, &style.path)).collect();
    let contents: Vec<&str> = styles().map(written).collect();
    let foreign = styles().enumerate().filter(|(_, style)| style.name.contains("node_modules/"));
    let ignore: Vec<u32> = foreign.map(|(at, _)| at as u32).collect();
    let contents = writer.options.sources_content.then_some(contents.as_slice());
    sourcemap::encode(&paths, contents, &names, &ignore, &mappings.text)
}

/// Tokens, the sheets that they number, and names.
fn tokens(name: &str, body: &Body, writer: &Writer) -> (Vec<Token>, Vec<StyleId>, Vec<String>) {
    let mut seen = BTreeSet::new();
    let appears = |mark: &Mark| mark.from.as_ref().map(|(id, _)| *id);
    let all: Vec<StyleId> = body.marks.iter().filter_map(appears).filter(|id| seen.insert(*id)).collect();
    let index = |(number, id): (usize, &StyleId)| {
        (*id, Source { number: number as u32, lines: LineIndex::new(written(&writer.graph.styles[*id])) })
    };
    let known: BTreeMap<StyleId, Source> = all.iter().enumerate().map(index).collect();
    let mut names: Vec<String> = Vec::new();
    let mut numbers: BTreeMap<&str, u32> = BTreeMap::new();
    let (mut line, mut column) = (0, 0);
    let mut marks = body.marks.iter().peekable();
    let mut out: Vec<Token> = Vec::with_capacity(body.marks.len());
    for (number, piece) in body.pieces.iter().enumerate() {
        let text = match piece {
            Piece::Text(text) => text,
            Piece::Ref(key, style) => {
                column += reference_length(name, key, *style, writer);
                continue;
            }
        };
        let mut at = 0;
        while let Some(mark) = marks.next_if(|mark| mark.piece == number) {
            advance(&text[at..mark.at.min(text.len())], &mut line, &mut column);
            at = mark.at.min(text.len());
            // Where a sheet ends, another may begin.
            if out.last().is_some_and(|last| (last.line, last.column) == (line, column)) {
                out.pop();
            }
            out.push(token(mark, (line, column), &known, writer));
            if let (Some((_, CssOrigin { name: Some(name), .. })), Some(token)) = (&mark.from, out.last_mut()) {
                token.name = *numbers.entry(name).or_insert_with(|| {
                    names.push(name.clone());
                    names.len() as u32 - 1
                });
            }
        }
        advance(&text[at..], &mut line, &mut column);
    }
    (out, all, names)
}

/// A sheet that is mapped to.
struct Source {
    number: u32,
    lines: LineIndex,
}

fn token(mark: &Mark, (line, column): (u32, u32), known: &BTreeMap<StyleId, Source>, writer: &Writer) -> Token {
    let nowhere = Token { line, column, source: NOWHERE, source_line: 0, source_column: 0, name: u32::MAX };
    let Some((id, origin)) = &mark.from else { return nowhere };
    let Some(Source { number, lines }) = known.get(id) else { return nowhere };
    let (source_line, source_column) = lines.utf16(written(&writer.graph.styles[*id]), origin.source);
    Token { source: *number, source_line, source_column, ..nowhere }
}

/// Columns are UTF-16 units.
fn advance(text: &[u8], line: &mut u32, column: &mut u32) {
    for byte in text {
        match byte {
            b'\n' => (*line, *column) = (*line + 1, 0),
            byte => *column += u32::from((byte & 0xC0) != 0x80) + u32::from(*byte >= 0xF0),
        }
    }
}

/// How long a mention of another output will be in the sheet of that name.
fn reference_length(from: &str, key: &OutputKey, style: RefStyle, writer: &Writer) -> u32 {
    let OutputKey::Asset(id) = key else { return 0 };
    let Some(asset) = writer.graph.assets.get(*id) else { return 0 };
    let path = match &asset.fixed_name {
        Some(name) => name.clone(),
        None => {
            let file = asset.name.split(['?', '#']).next().and_then(|path| path.rsplit('/').next()).unwrap_or_default();
            let (name, ext) =
                file.rsplit_once('.').map_or((file, String::new()), |(name, ext)| (name, format!(".{ext}")));
            let template = writer.options.asset_names.clone();
            NameTemplate { template, dir: String::new(), name: name.into(), ext }.fill(HASH)
        }
    };
    let path = encode_url_path(&path);
    let url = if style == RefStyle::Relative {
        relative_url(from, &path)
    } else {
        join_url(&writer.options.public_path, &path)
    };
    url.encode_utf16().count() as u32
}
