//! `--dump shake`: what keeps each statement that is kept, and what went.

use crate::base::{LineIndex, ModuleId};
use crate::lang::js::{LocalSym, sym};
use crate::model::{Cause, ExportBinding, How, Linked, Mark, Marks, Module, ModuleGraph};
use std::fmt::Write;

/// Characters of a statement that are shown.
const SHOWN: usize = 60;

/// Steps of a chain that are shown, and the last one.
const STEPS: usize = 8;

/// Every module that has statements, in order of evaluation, then those that are gone; of each, what is kept and why,
/// with the chain of what asked for it, back to an entry.
pub fn shake(graph: &ModuleGraph, linked: &Linked) -> String {
    let Some(marks) = &linked.marks else { return String::new() };
    let mut lines: Vec<Option<LineIndex>> = graph.modules.iter().map(|_| None).collect();
    for id in &linked.order {
        lines[id.0 as usize] = Some(LineIndex::new(&graph.modules[*id].source));
    }
    let shake = Shake { graph, linked, marks, lines };
    let gone = graph.modules.ids().filter(|id| !linked.modules[*id].included && !graph.modules[*id].is_helper());
    let all = linked.order.iter().copied().chain(gone).filter(|id| !graph.modules[*id].facts.parts.is_empty());
    all.map(|id| shake.module(id)).collect()
}

struct Shake<'a> {
    graph: &'a ModuleGraph,
    linked: &'a Linked,
    marks: &'a Marks,
    lines: Vec<Option<LineIndex>>,
}

impl Shake<'_> {
    fn module(&self, id: ModuleId) -> String {
        let module = &self.graph.modules[id];
        let live = &self.linked.modules[id].live_parts;
        let parts = || module.facts.parts.iter().zip(live);
        let bytes = |kept: bool| parts().filter(|(_, live)| **live || !kept).map(|(part, _)| part.bytes).sum::<u32>();
        let kept = parts().filter(|(_, live)| **live).count();
        let mut out = format!(
            "{}: {kept} of {} statements kept, {} of {} bytes\n",
            module.name,
            live.len(),
            bytes(true),
            bytes(false)
        );
        if kept > 0
            && let Some(mark) = self.marks.modules[id]
        {
            let _ = writeln!(out, "  evaluated: {}", self.chain(Some(self.evaluated(mark)), mark));
        }
        for part in (0..live.len() as u32).filter(|part| live[*part as usize]) {
            let _ = writeln!(out, "  {}  {}", self.place(id, part), self.text(module, part));
            let Some(mark) = self.marks.parts[id][part as usize] else { continue };
            let reason = self.reason(id, part, mark);
            let chain = if mark.cause == Cause::Module(id) { reason } else { self.chain(Some(reason), mark) };
            let _ = writeln!(out, "    {chain}");
        }
        out
    }

    /// What keeps a part.
    fn reason(&self, id: ModuleId, part: u32, mark: Mark) -> String {
        let module = &self.graph.modules[id];
        let facts = &module.facts;
        match (mark.cause, mark.how) {
            (Cause::Module(_), How::Plainly) => match facts.effects.binary_search_by_key(&part, |(at, _)| *at) {
                Ok(at) => format!("side effect: {}", facts.effects[at].1),
                Err(_) => self.called(module, part),
            },
            (Cause::Entry(entry), _) => {
                let exported = self.exported(self.graph.entries[entry].module, id, part);
                exported.map_or_else(|| "entry export".to_string(), |name| format!("entry export {name}"))
            }
            (Cause::Injected, _) => "injected".to_string(),
            (_, How::Namespace(whole)) => {
                format!("namespace of {} escapes at {}", self.graph.modules[whole].name, self.by(mark.cause))
            }
            (_, How::Name(symbol)) => format!("used by {} {}", self.by(mark.cause), name(module, symbol)),
            (Cause::Part(..), How::Plainly) => {
                let sets = &facts.parts[part as usize].sets;
                let names =
                    if sets.is_empty() { String::new() } else { format!(" exports.{}", sets.join(", exports.")) };
                format!("used by {}{names}", self.by(mark.cause))
            }
        }
    }

    /// Parts that act because of what they call, or whose module is kept whole.
    fn called(&self, module: &Module, part: u32) -> String {
        let calls = &module.facts.parts[part as usize].pure_calls;
        match calls.first() {
            Some(symbol) => format!("side effect: call of imported {}", name(module, *symbol)),
            None => "CommonJS whose exports are not followed one by one is kept whole".to_string(),
        }
    }

    /// Why a module is evaluated.
    fn evaluated(&self, mark: Mark) -> String {
        match mark.cause {
            Cause::Entry(entry) => format!("entry {}", self.graph.entries[entry].name),
            Cause::Injected => "injected".to_string(),
            Cause::Module(by) => format!("imported by {}", self.graph.modules[by].name),
            Cause::Part(..) => format!("used by {}", self.by(mark.cause)),
        }
    }

    /// `reason`, and what asked for that, back to an entry.
    fn chain(&self, reason: Option<String>, mark: Mark) -> String {
        let mut steps: Vec<String> = reason.into_iter().collect();
        let mut next = Some(mark.cause);
        // A cause was there before what it asked for: this ends.
        while let Some(cause) = next {
            let mark = match cause {
                Cause::Entry(_) | Cause::Injected => None,
                Cause::Module(id) => self.marks.modules[id],
                Cause::Part(id, part) => self.marks.parts[id][part as usize],
            };
            if let Some(mark) = mark {
                steps.push(match cause {
                    Cause::Part(id, part) => self.reason(id, part, mark),
                    _ => self.evaluated(mark),
                });
            }
            next = mark.map(|mark| mark.cause);
        }
        if steps.len() > STEPS + 1 {
            let left = steps.len() - STEPS - 1;
            steps.splice(STEPS..STEPS + left, [format!("… {left} more …")]);
        }
        steps.join(" ← ")
    }

    /// The name under which the module exports what the part declares.
    fn exported(&self, root: ModuleId, id: ModuleId, part: u32) -> Option<&str> {
        let declares = &self.graph.modules[id].facts.parts[part as usize].declares;
        let is_it = |binding: &ExportBinding| matches!(binding, ExportBinding::Symbol(target) if target.module == id && declares.contains(&target.symbol));
        self.linked.modules[root].exports.iter().find(|(_, binding)| is_it(binding)).map(|(name, _)| name.as_str())
    }

    fn by(&self, cause: Cause) -> String {
        match cause {
            Cause::Part(id, part) => self.place(id, part),
            Cause::Module(id) => self.graph.modules[id].name.clone(),
            Cause::Entry(entry) => format!("entry {}", self.graph.entries[entry].name),
            Cause::Injected => "--inject".to_string(),
        }
    }

    fn place(&self, id: ModuleId, part: u32) -> String {
        let module = &self.graph.modules[id];
        let start = module.facts.parts[part as usize].start;
        match &self.lines[id.0 as usize] {
            Some(index) if (start as usize) < module.source.len() => {
                let (line, column) = index.human(&module.source, start);
                format!("{}:{line}:{column}", module.name)
            }
            _ => module.name.clone(),
        }
    }

    /// The start of a statement, in one line.
    fn text(&self, module: &Module, part: u32) -> String {
        let part = &module.facts.parts[part as usize];
        let Some(rest) = module.source.get(part.start as usize..) else { return "(made)".to_string() };
        let whole = rest.get(..part.bytes as usize).unwrap_or(rest);
        let words: String = whole.split_whitespace().collect::<Vec<_>>().join(" ");
        match words.char_indices().nth(SHOWN) {
            Some((end, _)) => format!("{}…", &words[..end]),
            None => words,
        }
    }
}

fn name(module: &Module, symbol: LocalSym) -> &str {
    match module.facts.declared(symbol) {
        Some(declared) => &declared.name,
        None if symbol == sym::DEFAULT => "default",
        None => "its exports",
    }
}
