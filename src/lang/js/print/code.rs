//! Expressions as minified text, with parentheses where their order needs them.

use super::super::facts::LocalSym;
use super::super::object::HoleKind;
use super::literals::is_integer;
use super::text::Text;
use rustc_hash::FxHashMap;
use swc_core::common::{BytePos, Spanned};
use swc_core::ecma::ast::*;

/// How strongly operators bind. What binds less than its place wants stands in parentheses.
pub(super) mod level {
    pub const LOWEST: u8 = 0;
    pub const ASSIGN: u8 = 1;
    pub const CONDITIONAL: u8 = 2;
    pub const NULLISH: u8 = 3;
    pub const OR: u8 = 4;
    pub const AND: u8 = 5;
    pub const BIT_OR: u8 = 6;
    pub const BIT_XOR: u8 = 7;
    pub const BIT_AND: u8 = 8;
    pub const EQUAL: u8 = 9;
    pub const COMPARE: u8 = 10;
    pub const SHIFT: u8 = 11;
    pub const ADD: u8 = 12;
    pub const MULTIPLY: u8 = 13;
    pub const POWER: u8 = 14;
    pub const PREFIX: u8 = 15;
    pub const POSTFIX: u8 = 16;
    /// What is called, or whose member is read.
    pub const LEFT: u8 = 17;
}

/// Writes a tree that it does not change.
pub(super) struct Printer<'a> {
    pub out: Text,
    pub symbols: &'a FxHashMap<Id, LocalSym>,
    /// For source maps: the text of the file, and where it starts.
    pub source: Option<(&'a str, BytePos)>,
    pub target: EsVersion,
    /// In the head of a `for`, where `in` is not an operator.
    pub without_in: bool,
    /// Where an expression starts that is a statement, or the body of an arrow: braces there would be a block.
    pub statement_start: usize,
    pub arrow_start: usize,
    /// Something in the tree is not for this printer.
    pub failed: bool,
}

pub(super) fn level_of(operator: BinaryOp) -> u8 {
    match operator {
        BinaryOp::NullishCoalescing => level::NULLISH,
        BinaryOp::LogicalOr => level::OR,
        BinaryOp::LogicalAnd => level::AND,
        BinaryOp::BitOr => level::BIT_OR,
        BinaryOp::BitXor => level::BIT_XOR,
        BinaryOp::BitAnd => level::BIT_AND,
        BinaryOp::EqEq | BinaryOp::NotEq | BinaryOp::EqEqEq | BinaryOp::NotEqEq => level::EQUAL,
        BinaryOp::Lt | BinaryOp::LtEq | BinaryOp::Gt | BinaryOp::GtEq | BinaryOp::In | BinaryOp::InstanceOf => {
            level::COMPARE
        }
        BinaryOp::LShift | BinaryOp::RShift | BinaryOp::ZeroFillRShift => level::SHIFT,
        BinaryOp::Add | BinaryOp::Sub => level::ADD,
        BinaryOp::Mul | BinaryOp::Div | BinaryOp::Mod => level::MULTIPLY,
        BinaryOp::Exp => level::POWER,
    }
}

/// What the operands of an operator must bind like.
fn sides(operator: BinaryOp) -> (u8, u8) {
    let own = level_of(operator);
    match operator {
        BinaryOp::Exp => (level::POSTFIX, own),
        // `a && (b && c)` is `a && b && c`.
        BinaryOp::LogicalOr | BinaryOp::LogicalAnd | BinaryOp::NullishCoalescing => (own, own),
        _ => (own, own + 1),
    }
}

/// `a ?? b` next to `||` and `&&` always has parentheses.
fn mixes(operator: BinaryOp, operand: &Expr) -> bool {
    operator == BinaryOp::NullishCoalescing
        && matches!(operand, Expr::Bin(BinExpr { op: BinaryOp::LogicalOr | BinaryOp::LogicalAnd, .. }))
}

impl<'a> Printer<'a> {
    pub fn fail(&mut self) {
        self.failed = true;
    }

    pub fn open(&mut self, wraps: bool) {
        if wraps {
            self.out.push("(");
        }
    }

    pub fn close(&mut self, wraps: bool) {
        if wraps {
            self.out.push(")");
        }
    }

    /// Between brackets `in` is an operator again.
    pub fn bracketed(&mut self, work: impl FnOnce(&mut Self)) {
        let outside = std::mem::replace(&mut self.without_in, false);
        work(self);
        self.without_in = outside;
    }

    fn wrapped(&mut self, wraps: bool, work: impl FnOnce(&mut Self)) {
        if wraps {
            self.out.push("(");
            self.bracketed(work);
            self.out.push(")");
        } else {
            work(self);
        }
    }

    pub fn identifier(&mut self, ident: &Ident) {
        match self.symbols.get(&(ident.sym.clone(), ident.ctxt)) {
            Some(symbol) => {
                let kind = if self.is_coined(ident) { HoleKind::Coined } else { HoleKind::Name };
                self.out.symbol(ident.span, *symbol, kind);
            }
            None => self.out.name(ident.span, &ident.sym),
        }
    }

    /// Whether the source does not have the name where the mention comes from: compilers and compressors coin names.
    fn is_coined(&self, ident: &Ident) -> bool {
        let Some((source, base)) = self.source else { return false };
        let at = ident.span.lo.0.checked_sub(base.0).map(|at| at as usize);
        let name = ident.sym.as_bytes();
        at.and_then(|at| source.as_bytes().get(at..at + name.len())).is_none_or(|text| text != name)
    }

    /// The key of a property that is also the name of its value.
    pub fn shorthand(&mut self, ident: &Ident) {
        match self.symbols.get(&(ident.sym.clone(), ident.ctxt)) {
            Some(symbol) => self.out.symbol(ident.span, *symbol, HoleKind::Shorthand),
            None => self.out.name(ident.span, &ident.sym),
        }
    }

    /// `wanted`: how strongly it must bind to need no parentheses.
    pub fn expression(&mut self, expression: &'a Expr, wanted: u8) {
        match expression {
            Expr::Ident(ident) => self.first_identifier(ident),
            Expr::Lit(literal) => self.literal(literal, wanted),
            Expr::Member(member) => self.member(member),
            Expr::Call(call) => self.call(call),
            Expr::This(this) => self.out.word_at(this.span, "this"),
            Expr::Bin(binary) => self.binary(binary, wanted),
            Expr::Unary(unary) => self.unary(unary, wanted),
            Expr::Update(update) => self.update(update, wanted),
            Expr::Assign(assign) => self.assign(assign, wanted),
            Expr::Cond(conditional) => self.conditional(conditional, wanted),
            Expr::Object(object) => self.object(object),
            Expr::Array(array) => self.array(array),
            Expr::Fn(function) => self.function_expression(function),
            Expr::Arrow(arrow) => self.wrapped(wanted > level::ASSIGN, |printer| printer.arrow(arrow)),
            Expr::Class(class) => self.class_expression(class),
            Expr::New(new) => self.new_expression(new, wanted),
            Expr::Seq(sequence) => self.sequence(sequence, wanted),
            Expr::Tpl(template) => self.template(template, false),
            Expr::TaggedTpl(tagged) => {
                self.out.mark(tagged.span.lo);
                self.left(&tagged.tag);
                self.template(&tagged.tpl, true);
            }
            Expr::OptChain(chain) => self.chain(chain),
            Expr::Await(found) => self.wrapped(wanted > level::PREFIX, |printer| {
                printer.out.space();
                printer.out.mark(found.span.lo);
                printer.out.push("await");
                printer.expression(&found.arg, level::PREFIX);
            }),
            Expr::Yield(found) => self.wrapped(wanted > level::ASSIGN, |printer| printer.yield_expression(found)),
            Expr::SuperProp(property) => self.super_property(property),
            Expr::MetaProp(property) => {
                let import = property.kind == MetaPropKind::ImportMeta;
                self.out.word_at(property.span, if import { "import.meta" } else { "new.target" });
            }
            Expr::PrivateName(name) => self.private_name(name),
            Expr::Paren(inner) => self.wrapped(true, |printer| printer.expression(&inner.expr, level::LOWEST)),
            _ => self.fail(),
        }
    }

    /// `let[` at the start of a statement would be a declaration.
    fn first_identifier(&mut self, ident: &Ident) {
        let wraps = &*ident.sym == "let" && self.statement_start == self.out.at();
        self.open(wraps);
        self.identifier(ident);
        self.close(wraps);
    }

    /// What is called, or whose member is read, but not by the same chain.
    pub fn left(&mut self, expression: &'a Expr) {
        self.wrapped(expression.is_opt_chain(), |printer| printer.expression(expression, level::LEFT));
    }

    fn member(&mut self, member: &'a MemberExpr) {
        self.mark_before(member.span.lo, &member.obj);
        self.left(&member.obj);
        self.property(&member.obj, &member.prop, false);
    }

    /// Where an expression comes from that begins with another one, unless that is where the other comes from.
    fn mark_before(&mut self, position: BytePos, first: &Expr) {
        let marks_itself = matches!(first, Expr::Ident(_) | Expr::This(_) | Expr::Member(_) | Expr::Call(_));
        if self.out.maps && !(marks_itself && first.span_lo() == position) {
            self.out.mark(position);
        }
    }

    fn property(&mut self, object: &Expr, property: &'a MemberProp, optional: bool) {
        let dot = if optional { "?." } else { "." };
        match property {
            MemberProp::Computed(computed) => {
                self.out.push(if optional { "?.[" } else { "[" });
                self.bracketed(|printer| printer.expression(&computed.expr, level::LOWEST));
                self.out.push("]");
            }
            MemberProp::Ident(name) => {
                // An integer needs a point of its own.
                if !optional && matches!(object, Expr::Lit(Lit::Num(found)) if is_integer(found.value)) {
                    self.out.push(".");
                }
                self.out.push(dot);
                self.out.name(name.span, &name.sym);
            }
            MemberProp::PrivateName(name) => {
                self.out.push(dot);
                self.private_name(name);
            }
        }
    }

    pub fn private_name(&mut self, name: &PrivateName) {
        self.out.mark(name.span.lo);
        self.out.push("#");
        self.out.raw(&name.name);
    }

    fn super_property(&mut self, property: &'a SuperPropExpr) {
        self.out.word_at(property.span, "super");
        match &property.prop {
            SuperProp::Ident(name) => {
                self.out.push(".");
                self.out.name(name.span, &name.sym);
            }
            SuperProp::Computed(computed) => {
                self.out.push("[");
                self.bracketed(|printer| printer.expression(&computed.expr, level::LOWEST));
                self.out.push("]");
            }
        }
    }

    fn call(&mut self, call: &'a CallExpr) {
        match &call.callee {
            Callee::Expr(callee) => {
                self.mark_before(call.span.lo, callee);
                self.left(callee);
            }
            Callee::Super(found) => self.out.word_at(found.span, "super"),
            Callee::Import(found) => {
                let word = match found.phase {
                    ImportPhase::Evaluation => "import",
                    ImportPhase::Source => "import.source",
                    ImportPhase::Defer => "import.defer",
                };
                self.out.word_at(if found.span.is_dummy() { call.span } else { found.span }, word);
            }
        }
        self.arguments(&call.args);
    }

    fn arguments(&mut self, arguments: &'a [ExprOrSpread]) {
        self.out.push("(");
        self.list(arguments, Self::element);
        self.out.push(")");
    }

    /// What stands between brackets, with commas.
    pub fn list<T>(&mut self, items: &'a [T], mut write: impl FnMut(&mut Self, &'a T)) {
        self.bracketed(|printer| {
            for (at, item) in items.iter().enumerate() {
                printer.comma(at);
                write(printer, item);
            }
        });
    }

    /// Elements of an array or of a pattern of one: a hole at the end has a comma of its own.
    pub fn elements<T>(&mut self, items: &'a [Option<T>], mut write: impl FnMut(&mut Self, &'a T)) {
        self.out.push("[");
        self.list(items, |printer, item| {
            if let Some(item) = item {
                write(printer, item);
            }
        });
        self.out.push(if items.last().is_some_and(Option::is_none) { ",]" } else { "]" });
    }

    pub fn comma(&mut self, at: usize) {
        if at > 0 {
            self.out.push(",");
        }
    }

    fn element(&mut self, element: &'a ExprOrSpread) {
        if element.spread.is_some() {
            self.out.push("...");
        }
        self.expression(&element.expr, level::ASSIGN);
    }

    fn chain(&mut self, chain: &'a OptChainExpr) {
        match &*chain.base {
            OptChainBase::Member(member) => {
                self.expression(&member.obj, level::LEFT);
                self.property(&member.obj, &member.prop, chain.optional);
            }
            OptChainBase::Call(call) => {
                self.expression(&call.callee, level::LEFT);
                self.out.push(if chain.optional { "?." } else { "" });
                self.arguments(&call.args);
            }
        }
    }

    fn new_expression(&mut self, new: &'a NewExpr, wanted: u8) {
        self.out.space();
        self.out.mark(new.span.lo);
        self.out.push("new");
        self.wrapped(calls(&new.callee), |printer| printer.expression(&new.callee, level::LEFT));
        match new.args.as_deref() {
            None | Some([]) if wanted < level::LEFT => {}
            arguments => self.arguments(arguments.unwrap_or_default()),
        }
    }

    fn sequence(&mut self, sequence: &'a SeqExpr, wanted: u8) {
        self.wrapped(wanted > level::LOWEST, |printer| {
            for (at, expression) in sequence.exprs.iter().enumerate() {
                printer.comma(at);
                let wanted = if expression.is_seq() { level::LOWEST } else { level::ASSIGN };
                printer.expression(expression, wanted);
            }
        });
    }

    fn binary(&mut self, binary: &'a BinExpr, wanted: u8) {
        let wraps = wanted > level_of(binary.op) || self.without_in && binary.op == BinaryOp::In;
        self.wrapped(wraps, |printer| {
            // Long sums lean to the left: no recursion there.
            let mut rest = vec![binary];
            let mut first = binary;
            while let Expr::Bin(left) = &*first.left {
                let (wanted, _) = sides(first.op);
                let in_parentheses = wanted > level_of(left.op)
                    || mixes(first.op, &first.left)
                    || printer.without_in && left.op == BinaryOp::In;
                if in_parentheses {
                    break;
                }
                rest.push(left);
                first = left;
            }
            let (wanted, _) = sides(first.op);
            let mixed = mixes(first.op, &first.left);
            printer.wrapped(mixed, |printer| printer.expression(&first.left, if mixed { 0 } else { wanted }));
            for binary in rest.into_iter().rev() {
                printer.right(binary);
            }
        });
    }

    fn right(&mut self, binary: &'a BinExpr) {
        match binary.op {
            BinaryOp::In => self.out.word("in"),
            BinaryOp::InstanceOf => self.out.word("instanceof"),
            operator => self.out.infix(operator.as_str()),
        }
        let (_, wanted) = sides(binary.op);
        let mixed = mixes(binary.op, &binary.right);
        self.wrapped(mixed, |printer| printer.expression(&binary.right, if mixed { 0 } else { wanted }));
    }

    fn unary(&mut self, unary: &'a UnaryExpr, wanted: u8) {
        self.wrapped(wanted > level::PREFIX, |printer| {
            let operator = unary.op.as_str();
            if matches!(unary.op, UnaryOp::TypeOf | UnaryOp::Void | UnaryOp::Delete) {
                printer.out.word_at(unary.span, operator);
            } else {
                if unary.span.is_dummy() {
                    printer.out.made_up();
                }
                printer.out.prefix_at(unary.span.lo, operator);
            }
            printer.expression(&unary.arg, level::PREFIX);
        });
    }

    fn update(&mut self, update: &'a UpdateExpr, wanted: u8) {
        let own = if update.prefix { level::PREFIX } else { level::POSTFIX };
        self.wrapped(wanted > own, |printer| {
            let operator = update.op.as_str();
            if update.prefix {
                printer.out.prefix_at(update.span.lo, operator);
            }
            printer.expression(&update.arg, level::LEFT);
            if !update.prefix {
                printer.out.push(operator);
            }
        });
    }

    fn assign(&mut self, assign: &'a AssignExpr, wanted: u8) {
        let starts = self.statement_start == self.out.at() || self.arrow_start == self.out.at();
        let braces = starts && matches!(&assign.left, AssignTarget::Pat(AssignTargetPat::Object(_)));
        self.wrapped(wanted > level::ASSIGN || braces, |printer| {
            match &assign.left {
                AssignTarget::Simple(SimpleAssignTarget::Ident(name)) => printer.first_identifier(&name.id),
                AssignTarget::Simple(SimpleAssignTarget::Member(member)) => printer.member(member),
                AssignTarget::Simple(SimpleAssignTarget::SuperProp(property)) => printer.super_property(property),
                AssignTarget::Simple(SimpleAssignTarget::Paren(inner)) => printer.left(&inner.expr),
                AssignTarget::Simple(SimpleAssignTarget::OptChain(chain)) => printer.chain(chain),
                AssignTarget::Pat(AssignTargetPat::Array(pattern)) => printer.array_pattern(pattern),
                AssignTarget::Pat(AssignTargetPat::Object(pattern)) => printer.object_pattern(pattern),
                _ => printer.fail(),
            }
            printer.out.push(assign.op.as_str());
            printer.expression(&assign.right, level::ASSIGN);
        });
    }

    fn conditional(&mut self, conditional: &'a CondExpr, wanted: u8) {
        self.wrapped(wanted > level::CONDITIONAL, |printer| {
            printer.expression(&conditional.test, level::NULLISH);
            printer.out.push("?");
            printer.bracketed(|printer| printer.expression(&conditional.cons, level::ASSIGN));
            printer.out.push(":");
            printer.expression(&conditional.alt, level::ASSIGN);
        });
    }

    fn array(&mut self, array: &'a ArrayLit) {
        self.out.mark(array.span.lo);
        self.elements(&array.elems, Self::element);
    }

    fn yield_expression(&mut self, found: &'a YieldExpr) {
        self.out.space();
        self.out.mark(found.span.lo);
        self.out.push(if found.delegate { "yield*" } else { "yield" });
        if let Some(argument) = &found.arg {
            self.expression(argument, level::ASSIGN);
        }
    }

    /// An expression as a statement.
    pub fn expression_statement(&mut self, expression: &'a Expr) {
        self.statement_start = self.out.at();
        self.expression(expression, level::LOWEST);
        self.out.semicolon();
    }

    /// Where a statement or expression comes from that does not begin with a name or a literal.
    pub fn mark_start(&mut self, node: &impl Spanned) {
        if self.out.maps {
            self.out.mark(node.span_lo());
        }
    }
}

/// Whether a call is part of what `new` would be given, which would take it for its own.
fn calls(callee: &Expr) -> bool {
    match callee {
        Expr::Call(_) | Expr::OptChain(_) => true,
        Expr::Member(member) => calls(&member.obj),
        Expr::TaggedTpl(tagged) => calls(&tagged.tag),
        _ => false,
    }
}
