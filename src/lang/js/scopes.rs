//! Scope analysis of a finished tree: which binding is declared where, who mentions it from which depth. From it come
//! the tables by which names are given per function, long after the tree is gone.

use super::facts::LocalSym;
use super::ids::Ids;
use super::object::Scope;
use rustc_hash::{FxHashMap, FxHashSet};
use swc_core::ecma::ast::*;
use swc_core::ecma::utils::find_pat_ids;
use swc_core::ecma::visit::{Visit, VisitWith, noop_visit_type};

const TOP: u32 = 0;
const NOWHERE: u32 = u32::MAX;

/// The tables of an object, and the symbol of every binding.
pub(super) struct ScopeTables {
    pub symbols: FxHashMap<Id, LocalSym>,
    pub extra_names: Vec<String>,
    pub extra_top_level: u32,
    pub counts: Vec<u32>,
    pub scopes: Vec<Scope>,
    pub globals: Vec<String>,
    pub declared: Vec<LocalSym>,
    /// Names of function expressions that nobody mentions.
    pub idle: FxHashSet<Id>,
    /// By statement.
    pub parts: Vec<PartTables>,
}

/// What one statement has of the tables.
pub(super) struct PartTables {
    /// Where its scopes end.
    pub scopes: u32,
    /// Indices of the globals that it mentions, sorted.
    pub globals: Vec<u32>,
}

struct ScopeDraft {
    parent: u32,
}

struct Binding {
    id: Id,
    scope: u32,
    count: u32,
}

/// Walks the tree once.
struct Walker {
    strict: bool,
    scopes: Vec<ScopeDraft>,
    current: u32,
    function: u32,
    indices: FxHashMap<Id, u32>,
    bindings: Vec<Binding>,
    /// (binding, scope of the mention)
    mentions: Vec<(u32, u32)>,
    /// Names of function expressions.
    own_names: Vec<Id>,
    /// Where each statement ends in `scopes` and `mentions`.
    ends: Vec<(usize, usize)>,
}

/// `known` are the symbols that linking knows; `first_extra` is the first free symbol number.
pub(super) fn analyze(body: &[Stmt], strict: bool, known: &Ids, first_extra: LocalSym) -> ScopeTables {
    let mut walker = Walker {
        strict,
        scopes: vec![ScopeDraft { parent: NOWHERE }],
        current: TOP,
        function: TOP,
        indices: FxHashMap::default(),
        bindings: Vec::new(),
        mentions: Vec::new(),
        own_names: Vec::new(),
        ends: Vec::with_capacity(body.len()),
    };
    walker.declare_block(body);
    for statement in body {
        statement.visit_with(&mut walker);
        walker.ends.push((walker.scopes.len(), walker.mentions.len()));
    }
    walker.finish(known, first_extra)
}

impl Walker {
    fn index(&mut self, id: Id) -> u32 {
        let next = self.bindings.len() as u32;
        match self.indices.entry(id) {
            std::collections::hash_map::Entry::Occupied(entry) => *entry.get(),
            std::collections::hash_map::Entry::Vacant(entry) => {
                self.bindings.push(Binding { id: entry.key().clone(), scope: NOWHERE, count: 0 });
                entry.insert(next);
                next
            }
        }
    }

    fn declare(&mut self, ident: &Ident, scope: u32) {
        let index = self.index(ident.to_id());
        let binding = &mut self.bindings[index as usize];
        if binding.scope == NOWHERE {
            binding.scope = scope;
        }
    }

    fn mention(&mut self, ident: &Ident) {
        let index = self.index(ident.to_id());
        self.bindings[index as usize].count += 1;
        let mention = (index, self.current);
        let start = self.ends.last().map_or(0, |(_, mentions)| *mentions);
        if self.mentions[start..].last() != Some(&mention) {
            self.mentions.push(mention);
        }
    }

    fn declare_pattern(&mut self, pattern: &Pat, scope: u32) {
        for ident in find_pat_ids::<_, Ident>(pattern) {
            self.declare(&ident, scope);
        }
    }

    /// Lexical declarations of a block, before anything in it is visited.
    fn declare_block(&mut self, statements: &[Stmt]) {
        for statement in statements {
            match statement {
                Stmt::Decl(Decl::Var(variables)) if variables.kind != VarDeclKind::Var => {
                    for declarator in &variables.decls {
                        self.declare_pattern(&declarator.name, self.current);
                    }
                }
                Stmt::Decl(Decl::Using(using)) => {
                    for declarator in &using.decls {
                        self.declare_pattern(&declarator.name, self.current);
                    }
                }
                Stmt::Decl(Decl::Class(class)) => self.declare(&class.ident, self.current),
                Stmt::Decl(Decl::Fn(function)) => {
                    // Sloppy functions in blocks are visible in the whole function.
                    let scope = if self.strict { self.current } else { self.function };
                    self.declare(&function.ident, scope);
                }
                _ => {}
            }
        }
    }

    fn has_lexical(statements: &[Stmt]) -> bool {
        statements.iter().any(|statement| match statement {
            Stmt::Decl(Decl::Var(variables)) => variables.kind != VarDeclKind::Var,
            Stmt::Decl(_) => true,
            _ => false,
        })
    }

    fn within(&mut self, function: bool, work: impl FnOnce(&mut Self)) {
        let (current, enclosing) = (self.current, self.function);
        self.scopes.push(ScopeDraft { parent: current });
        self.current = self.scopes.len() as u32 - 1;
        if function {
            self.function = self.current;
        }
        work(self);
        (self.current, self.function) = (current, enclosing);
    }

    fn finish(mut self, known: &Ids, first_extra: LocalSym) -> ScopeTables {
        let is_global = |binding: &Binding| binding.scope == NOWHERE && !known.contains_key(&binding.id);
        let mut globals = Vec::new();
        let mut global_of = vec![NOWHERE; self.bindings.len()];
        for (at, binding) in self.bindings.iter().enumerate() {
            if is_global(binding) {
                global_of[at] = globals.len() as u32;
                globals.push(binding.id.0.to_string());
            }
        }
        let globals_of = self.globals_of(&global_of);
        self.mentions.sort_unstable();
        self.mentions.dedup();
        self.lift_escaped(&global_of);
        let symbols = self.number(known, first_extra, &global_of);
        let own_names = std::mem::take(&mut self.own_names);
        let mentioned = |id: &Id| self.indices.get(id).is_some_and(|at| self.bindings[*at as usize].count > 1);
        let idle = own_names.into_iter().filter(|id| !mentioned(id)).collect();
        ScopeTables { idle, ..self.tables(&symbols, first_extra, &global_of, (globals, globals_of)) }
    }

    /// By statement. Mentions stand in its order.
    fn globals_of(&self, global_of: &[u32]) -> Vec<Vec<u32>> {
        let mut start = 0;
        let of = |(_, end): &(usize, usize)| {
            let mentions = &self.mentions[start..*end];
            start = *end;
            let globals = mentions.iter().map(|(index, _)| global_of[*index as usize]);
            let mut globals: Vec<u32> = globals.filter(|global| *global != NOWHERE).collect();
            globals.sort_unstable();
            globals.dedup();
            globals
        };
        self.ends.iter().map(of).collect()
    }

    /// A binding mentioned from outside its scope (sloppy block functions, leftovers of transforms) belongs to the top.
    fn lift_escaped(&mut self, global_of: &[u32]) {
        for at in 0..self.mentions.len() {
            let (index, scope) = self.mentions[at];
            let home = self.bindings[index as usize].scope;
            if home == NOWHERE {
                if global_of[index as usize] == NOWHERE {
                    self.bindings[index as usize].scope = TOP;
                }
                continue;
            }
            let mut at = scope;
            while at != home && at != NOWHERE {
                at = self.scopes[at as usize].parent;
            }
            if at == NOWHERE {
                self.bindings[index as usize].scope = TOP;
            }
        }
    }

    /// Known symbols keep their numbers; then come other top-level ones, then nested ones in scope order.
    fn number(&self, known: &Ids, first_extra: LocalSym, global_of: &[u32]) -> Vec<LocalSym> {
        let mut symbols = vec![LocalSym::MAX; self.bindings.len()];
        let mut next = first_extra;
        for nested in [false, true] {
            for (at, binding) in self.bindings.iter().enumerate() {
                if global_of[at] != NOWHERE || symbols[at] != LocalSym::MAX {
                    continue;
                }
                let is_nested = binding.scope != TOP && binding.scope != NOWHERE;
                if is_nested != nested {
                    continue;
                }
                match known.get(&binding.id).filter(|_| !is_nested) {
                    Some(symbol) => symbols[at] = symbol,
                    None => {
                        symbols[at] = next;
                        next += 1;
                    }
                }
            }
        }
        symbols
    }

    fn tables(
        self,
        symbols: &[LocalSym],
        first_extra: LocalSym,
        global_of: &[u32],
        (globals, globals_of): (Vec<String>, Vec<Vec<u32>>),
    ) -> ScopeTables {
        let mut extra: Vec<(LocalSym, usize)> = Vec::new();
        let mut map = FxHashMap::default();
        let mut declared = Vec::new();
        let mut counts = Vec::new();
        let mut extra_top_level = 0;
        for (at, binding) in self.bindings.iter().enumerate() {
            let symbol = symbols[at];
            if symbol == LocalSym::MAX {
                continue;
            }
            map.insert(binding.id.clone(), symbol);
            if symbol as usize >= counts.len() {
                counts.resize(symbol as usize + 1, 0);
            }
            counts[symbol as usize] = binding.count;
            if symbol >= first_extra {
                extra.push((symbol, at));
                extra_top_level += u32::from(binding.scope == TOP);
            }
            if binding.scope == TOP {
                declared.push(symbol);
            }
        }
        extra.sort_unstable();
        declared.sort_unstable();
        let name = |(_, at): &(LocalSym, usize)| self.bindings[*at].id.0.to_string();
        let extra_names: Vec<String> = extra.iter().map(name).collect();
        let mut ends: Vec<u32> = self.ends.iter().map(|(scopes, _)| *scopes as u32).collect();
        let scopes = prune(self.scope_tables(symbols, global_of), &mut ends);
        let parts = ends.into_iter().zip(globals_of).map(|(scopes, globals)| PartTables { scopes, globals }).collect();
        ScopeTables {
            symbols: map,
            extra_names,
            extra_top_level,
            counts,
            scopes,
            globals,
            declared,
            idle: FxHashSet::default(),
            parts,
        }
    }

    /// Captures: every scope between a mention and the home of what is mentioned.
    fn scope_tables(&self, symbols: &[LocalSym], global_of: &[u32]) -> Vec<Scope> {
        let mut scopes: Vec<Scope> =
            self.scopes.iter().map(|draft| Scope { parent: draft.parent, ..Scope::default() }).collect();
        for (at, binding) in self.bindings.iter().enumerate() {
            if binding.scope != NOWHERE && binding.scope != TOP {
                scopes[binding.scope as usize].declares.push(at as u32);
            }
        }
        // In order of appearance, not of use: parameters are called `e, t, n` in every function, which brotli likes.
        for scope in &mut scopes {
            for at in &mut scope.declares {
                *at = symbols[*at as usize];
            }
        }
        let mut stamp = vec![NOWHERE; scopes.len()];
        for (index, from) in &self.mentions {
            let home = self.bindings[*index as usize].scope;
            let global = global_of[*index as usize];
            let mut at = *from;
            while at != TOP && at != home && stamp[at as usize] != *index {
                stamp[at as usize] = *index;
                let scope = &mut scopes[at as usize];
                if global != NOWHERE {
                    scope.globals.push(global);
                } else {
                    scope.captures.push(symbols[*index as usize]);
                }
                at = scope.parent;
            }
        }
        scopes
    }
}

/// Scopes that declare nothing need no table. Keeps parents before children and renumbers, `ends` too.
fn prune(scopes: Vec<Scope>, ends: &mut [u32]) -> Vec<Scope> {
    let mut kept_before = Vec::with_capacity(scopes.len() + 1);
    let mut new_number = vec![u32::MAX; scopes.len()];
    let mut out: Vec<Scope> = Vec::new();
    for (at, mut scope) in scopes.into_iter().enumerate() {
        kept_before.push(out.len() as u32);
        let parent = if scope.parent == NOWHERE { NOWHERE } else { new_number[scope.parent as usize] };
        if at == 0 || scope.declares.is_empty() {
            new_number[at] = parent;
            continue;
        }
        scope.parent = parent;
        scope.captures.sort_unstable();
        scope.globals.sort_unstable();
        new_number[at] = out.len() as u32;
        out.push(scope);
    }
    kept_before.push(out.len() as u32);
    ends.iter_mut().for_each(|end| *end = kept_before[*end as usize]);
    out
}

impl Visit for Walker {
    noop_visit_type!();

    fn visit_ident(&mut self, ident: &Ident) {
        self.mention(ident);
    }

    fn visit_labeled_stmt(&mut self, labeled: &LabeledStmt) {
        labeled.body.visit_with(self);
    }
    fn visit_break_stmt(&mut self, _: &BreakStmt) {}
    fn visit_continue_stmt(&mut self, _: &ContinueStmt) {}

    fn visit_var_decl(&mut self, variables: &VarDecl) {
        if variables.kind == VarDeclKind::Var {
            for declarator in &variables.decls {
                self.declare_pattern(&declarator.name, self.function);
            }
        }
        variables.visit_children_with(self);
    }

    fn visit_function(&mut self, function: &Function) {
        self.within(true, |walker| {
            for parameter in &function.params {
                walker.declare_pattern(&parameter.pat, walker.current);
            }
            if let Some(body) = &function.body {
                walker.declare_block(&body.stmts);
            }
            function.visit_children_with(walker);
        });
    }

    fn visit_fn_expr(&mut self, function: &FnExpr) {
        self.own_names.extend(function.ident.as_ref().map(Ident::to_id));
        match &function.ident {
            Some(ident) => self.within(false, |walker| {
                walker.declare(ident, walker.current);
                walker.mention(ident);
                function.function.visit_with(walker);
            }),
            None => function.function.visit_with(self),
        }
    }

    fn visit_class_expr(&mut self, class: &ClassExpr) {
        match &class.ident {
            Some(ident) => self.within(false, |walker| {
                walker.declare(ident, walker.current);
                walker.mention(ident);
                class.class.visit_with(walker);
            }),
            None => class.class.visit_with(self),
        }
    }

    fn visit_arrow_expr(&mut self, arrow: &ArrowExpr) {
        self.within(true, |walker| {
            for parameter in &arrow.params {
                walker.declare_pattern(parameter, walker.current);
            }
            if let ArrowFunctionBody::FunctionBody(body) = &*arrow.body {
                walker.declare_block(&body.stmts);
            }
            arrow.visit_children_with(walker);
        });
    }

    fn visit_constructor(&mut self, constructor: &Constructor) {
        self.within(true, |walker| {
            for parameter in &constructor.params {
                if let ParamOrTsParamProp::Param(parameter) = parameter {
                    walker.declare_pattern(&parameter.pat, walker.current);
                }
            }
            if let Some(body) = &constructor.body {
                walker.declare_block(&body.stmts);
            }
            constructor.visit_children_with(walker);
        });
    }

    fn visit_static_block(&mut self, block: &StaticBlock) {
        self.within(true, |walker| {
            walker.declare_block(&block.body.stmts);
            block.visit_children_with(walker);
        });
    }

    fn visit_block_stmt(&mut self, block: &BlockStmt) {
        if !Self::has_lexical(&block.stmts) {
            return block.visit_children_with(self);
        }
        self.within(false, |walker| {
            walker.declare_block(&block.stmts);
            block.visit_children_with(walker);
        });
    }

    fn visit_catch_clause(&mut self, clause: &CatchClause) {
        self.within(false, |walker| {
            if let Some(parameter) = &clause.param {
                walker.declare_pattern(parameter, walker.current);
            }
            walker.declare_block(&clause.body.stmts);
            clause.param.visit_with(walker);
            for statement in &clause.body.stmts {
                statement.visit_with(walker);
            }
        });
    }

    fn visit_for_stmt(&mut self, each: &ForStmt) {
        self.within(false, |walker| {
            if let Some(VarDeclOrExpr::VarDecl(variables)) = &each.init {
                walker.declare_head(variables);
            }
            each.visit_children_with(walker);
        });
    }
    fn visit_for_in_stmt(&mut self, each: &ForInStmt) {
        self.within(false, |walker| {
            walker.declare_for_head(&each.left);
            each.visit_children_with(walker);
        });
    }
    fn visit_for_of_stmt(&mut self, each: &ForOfStmt) {
        self.within(false, |walker| {
            walker.declare_for_head(&each.left);
            each.visit_children_with(walker);
        });
    }

    fn visit_switch_stmt(&mut self, switch: &SwitchStmt) {
        switch.discriminant.visit_with(self);
        self.within(false, |walker| {
            for case in &switch.cases {
                walker.declare_block(&case.cons);
            }
            switch.cases.visit_with(walker);
        });
    }
}

impl Walker {
    fn declare_head(&mut self, variables: &VarDecl) {
        if variables.kind != VarDeclKind::Var {
            for declarator in &variables.decls {
                self.declare_pattern(&declarator.name, self.current);
            }
        }
    }

    fn declare_for_head(&mut self, head: &ForHead) {
        match head {
            ForHead::VarDecl(variables) => self.declare_head(variables),
            ForHead::UsingDecl(using) => {
                for declarator in &using.decls {
                    self.declare_pattern(&declarator.name, self.current);
                }
            }
            ForHead::Pat(_) => {}
        }
    }
}
