//! What stands behind the modules of a chunk, and the files that come of it.

use super::super::output::{Extent, property};
use super::super::{Context, urls};
use super::Writer;
use crate::base::{ChunkId, ModuleId, relative_path};
use crate::config::{Format, LegalComments, SourceMapMode};
use crate::lang::sourcemap;
use crate::model::{Contribution, FileKind, NameTemplate, OutputKey, Piece, RefStyle, RenderedFile};

impl Writer<'_> {
    pub(super) fn foot(&mut self) {
        let glue = self.uses.tail.glue.clone();
        self.out.unmapped();
        self.out.end_statement();
        self.glue(&glue);
        match self.context.options.format {
            Format::Esm => self.export_clause(),
            Format::Cjs => {}
            Format::Iife => {
                self.out.push("})();");
                self.out.end_line();
            }
        }
        if let Some(footer) = self.context.options.footer.get("js") {
            self.out.end_line();
            self.out.push(footer);
            self.out.end_line();
        }
        if self.context.options.legal_comments == LegalComments::Eof {
            for comment in std::mem::take(&mut self.legal) {
                self.out.end_line();
                self.out.push(&comment);
            }
        }
        self.out.end_line();
    }

    pub(super) fn export_clause(&mut self) {
        let mut names: Vec<String> = Vec::new();
        let clause = |local: &str, exported: &str| {
            if local == exported { local.to_string() } else { format!("{local} as {}", property(exported)) }
        };
        for (symbol, exported) in &self.uses.tail.exports {
            names.push(clause(self.name(*symbol), exported));
        }
        for (symbol, alias) in &self.exports[self.id.0 as usize] {
            names.push(clause(self.name(*symbol), alias));
        }
        names.sort();
        let stars = self.uses.tail.stars.iter().filter(|star| !self.passed_on.contains(star));
        for line in stars.map(|star| format!("export*from{star};")).collect::<Vec<_>>() {
            self.line(&line);
        }
        if !names.is_empty() {
            self.line(&format!("export{{{}}};", names.join(",")));
        }
    }

    /// Bytes of every module of the chunk, in order of evaluation.
    pub(super) fn contributions(&self) -> Vec<Contribution> {
        let context = self.context;
        let modules = context.plan.chunks[self.id].modules.iter();
        let counted = modules.filter_map(|id| Some((*id, self.extents.get(id)?)));
        let told = |(id, extent): (ModuleId, &Extent)| {
            let module = &context.graph.modules[id];
            let why = super::super::why::why(context.graph, &context.lines, id);
            let spans = extent.spans.clone();
            Contribution { why, spans, ..Contribution::whole(&module.name, module.package.as_ref(), extent.bytes) }
        };
        counted.filter(|(_, extent)| extent.bytes > 0).map(told).collect()
    }

    pub(super) fn finish(self) -> Vec<RenderedFile> {
        let contributions = self.contributions();
        let Writer { context, id, out, sources, map_names, uses, legal, .. } = self;
        let (mut body, mappings) = out.finish();
        let name = urls::chunk_name(context, id);
        let key = OutputKey::Chunk(id);
        let mut files = Vec::new();
        if context.options.legal_comments == LegalComments::Linked && !legal.is_empty() {
            files.push(legal_file(context, id, &legal));
            body.push(Piece::Text(b"/*! For license information see ".to_vec()));
            body.push(Piece::Ref(OutputKey::Legal(id), RefStyle::FileName));
            body.push(Piece::Text(b" */\n".to_vec()));
        }
        if context.options.sourcemap != SourceMapMode::None {
            let map = map_text(context, &name, &sources, &map_names, mappings.finish());
            match context.options.sourcemap {
                SourceMapMode::Inline => {
                    let text = format!("//# sourceMappingURL={}\n", sourcemap::data_url(&map));
                    body.push(Piece::Text(text.into_bytes()));
                }
                mode => {
                    let map_key = OutputKey::Map(Box::new(key.clone()));
                    if mode == SourceMapMode::Linked {
                        body.push(Piece::Text(b"//# sourceMappingURL=".to_vec()));
                        body.push(Piece::Ref(map_key.clone(), RefStyle::FileName));
                        body.push(Piece::Text(b"\n".to_vec()));
                    }
                    files.push(map_file(map_key, &name, map));
                }
            }
        }
        let mut exports: Vec<String> = uses.tail.exports.iter().map(|(_, name)| name.clone()).collect();
        exports.sort();
        files.push(RenderedFile { key, kind: FileKind::Script, name, body, contributions, exports });
        files
    }
}

fn map_file(key: OutputKey, script: &NameTemplate, map: String) -> RenderedFile {
    let name = NameTemplate { ext: format!("{}.map", script.ext), ..script.clone() };
    let body = vec![Piece::Text(map.into_bytes())];
    RenderedFile { key, kind: FileKind::Map, name, body, contributions: Vec::new(), exports: Vec::new() }
}

fn legal_file(context: &Context<'_>, id: ChunkId, legal: &[String]) -> RenderedFile {
    let name = urls::chunk_name(context, id);
    let name = NameTemplate { ext: format!("{}.LEGAL.txt", name.ext), ..name };
    let body = vec![Piece::Text((legal.join("\n") + "\n").into_bytes())];
    let (contributions, exports) = (Vec::new(), Vec::new());
    RenderedFile { key: OutputKey::Legal(id), kind: FileKind::Data, name, body, contributions, exports }
}

fn map_text(
    context: &Context<'_>,
    name: &NameTemplate,
    sources: &[ModuleId],
    names: &[String],
    mappings: sourcemap::Encoded,
) -> String {
    let sources: Vec<ModuleId> = mappings.sources.iter().map(|at| sources[*at as usize]).collect();
    let names: Vec<&str> = mappings.names.iter().map(|at| names[*at as usize].as_str()).collect();
    let path = context.options.outdir.join(name.fill("XXXXXXXX"));
    let folder = path.parent().unwrap_or(&context.options.outdir);
    let modules = || sources.iter().map(|module| &context.graph.modules[*module]);
    let paths: Vec<String> = modules().map(|module| relative_path(folder, &module.path)).collect();
    let contents: Vec<&str> = modules().map(|module| &*module.source).collect();
    let ignore: Vec<u32> = modules()
        .enumerate()
        .filter(|(_, module)| module.name.contains("node_modules/"))
        .map(|(at, _)| at as u32)
        .collect();
    let contents = context.options.sources_content.then_some(contents.as_slice());
    sourcemap::encode(&paths, contents, &names, &ignore, &mappings.text)
}
