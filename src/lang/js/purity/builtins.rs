//! What the language provides and whose use does nothing but make a value.

use super::super::tree::strip;
use swc_core::ecma::ast::*;

/// Globals of the language, whose functions depend on nothing but their arguments.
const STANDARD: &[&str] = &[
    "Object",
    "Function",
    "Array",
    "String",
    "Number",
    "Boolean",
    "Symbol",
    "Math",
    "JSON",
    "Reflect",
    "Promise",
    "Proxy",
    "Map",
    "Set",
    "WeakMap",
    "WeakSet",
    "WeakRef",
    "Date",
    "RegExp",
    "Error",
    "TypeError",
    "RangeError",
    "SyntaxError",
    "ReferenceError",
    "EvalError",
    "URIError",
    "AggregateError",
    "BigInt",
    "Intl",
    "ArrayBuffer",
    "SharedArrayBuffer",
    "Atomics",
    "DataView",
    "Int8Array",
    "Uint8Array",
    "Uint8ClampedArray",
    "Int16Array",
    "Uint16Array",
    "Int32Array",
    "Uint32Array",
    "Float32Array",
    "Float64Array",
    "BigInt64Array",
    "BigUint64Array",
    "parseInt",
    "parseFloat",
    "isNaN",
    "isFinite",
    "encodeURI",
    "encodeURIComponent",
    "decodeURI",
    "decodeURIComponent",
    "escape",
    "unescape",
    "FinalizationRegistry",
];

pub(in crate::lang::js) fn is_standard(name: &str) -> bool {
    STANDARD.contains(&name)
}

/// Globals of hosts: who mentions one expects it to be there.
const OF_HOSTS: &[&str] = &[
    "globalThis",
    "window",
    "self",
    "global",
    "console",
    "document",
    "navigator",
    "location",
    "history",
    "performance",
    "process",
    "setTimeout",
    "clearTimeout",
    "setInterval",
    "clearInterval",
    "requestAnimationFrame",
    "queueMicrotask",
    "fetch",
    "URL",
    "URLSearchParams",
    "AbortController",
    "TextEncoder",
    "TextDecoder",
    "Event",
    "EventTarget",
    "HTMLElement",
    "Element",
    "Node",
];

/// Globals whose mere mention does nothing.
pub(in crate::lang::js) fn is_safe(name: &str) -> bool {
    is_standard(name) || matches!(name, "undefined" | "NaN" | "Infinity") || OF_HOSTS.contains(&name)
}

/// Calls that look at their arguments and convert nothing.
const LOOKS: &[&str] = &[
    "Object.create",
    "Object.keys",
    "Object.is",
    "Object.getPrototypeOf",
    "Object.getOwnPropertyNames",
    "Object.getOwnPropertyDescriptor",
    "Object.isFrozen",
    "Object.isSealed",
    "Object.isExtensible",
    "Array.isArray",
    "Array.of",
    "Boolean",
    "Number.isInteger",
    "Number.isSafeInteger",
    "Number.isNaN",
    "Number.isFinite",
    "ArrayBuffer.isView",
    "Symbol.keyFor",
];

/// Calls that convert their arguments.
const CONVERTS: &[&str] = &[
    "Symbol",
    "Symbol.for",
    "String",
    "Number",
    "Object",
    "Array",
    "Error",
    "TypeError",
    "RangeError",
    "parseInt",
    "parseFloat",
    "isNaN",
    "isFinite",
    "encodeURIComponent",
    "encodeURI",
    "escape",
    "Number.parseFloat",
    "Number.parseInt",
    "String.fromCharCode",
    "String.raw",
    "Date",
    "Date.now",
    "Date.UTC",
    "Date.parse",
];

/// Functions that change their first argument, or run its iterator: harmless on a value that was made for them.
const ON_NEW_VALUES: &[&str] = &[
    "Object.freeze",
    "Object.seal",
    "Object.preventExtensions",
    "Object.fromEntries",
    "Object.entries",
    "Object.values",
    "Array.from",
];

/// Functions that change their first argument and nothing else.
pub(super) const CHANGES: &[&str] = &[
    "Object.freeze",
    "Object.seal",
    "Object.preventExtensions",
    "Object.defineProperty",
    "Object.defineProperties",
    "Object.setPrototypeOf",
    "Object.assign",
];

/// Constructors that convert their arguments.
const CONSTRUCTORS: &[&str] = &[
    "Object",
    "Array",
    "Date",
    "RegExp",
    "String",
    "Number",
    "Boolean",
    "Error",
    "TypeError",
    "RangeError",
    "AbortController",
    "TextEncoder",
    "TextDecoder",
    "ArrayBuffer",
];

/// Methods of strings that convert their arguments and throw nothing.
pub(in crate::lang::js) const OF_STRINGS: &[&str] = &[
    "split",
    "trim",
    "trimStart",
    "trimEnd",
    "toUpperCase",
    "toLowerCase",
    "slice",
    "substring",
    "substr",
    "charAt",
    "charCodeAt",
    "indexOf",
    "lastIndexOf",
    "includes",
    "startsWith",
    "endsWith",
    "concat",
    "padStart",
    "padEnd",
    "toString",
    "valueOf",
    "at",
    "codePointAt",
    "charCodeAt",
    "localeCompare",
    "normalize",
    "toLocaleLowerCase",
    "toLocaleUpperCase",
    "trimLeft",
    "trimRight",
    "anchor",
    "big",
    "blink",
    "bold",
    "fixed",
    "fontcolor",
    "fontsize",
    "italics",
    "link",
    "small",
    "strike",
    "sub",
    "sup",
];

/// Methods of numbers, booleans and regular expressions.
pub(in crate::lang::js) const OF_VALUES: &[&str] =
    &["toString", "valueOf", "toFixed", "toPrecision", "toExponential", "test", "exec"];

/// Methods that look at an array.
const OF_ARRAYS: &[&str] =
    &["slice", "concat", "indexOf", "lastIndexOf", "includes", "at", "keys", "values", "entries", "join", "flat"];

/// Methods that change an array and nothing else.
pub(in crate::lang::js) const CHANGES_ARRAY: &[&str] =
    &["push", "pop", "shift", "unshift", "splice", "reverse", "fill", "copyWithin"];

/// Methods of arrays that call their first argument with an element, its number and the array.
pub(in crate::lang::js) const CALL_WITH_ELEMENTS: &[&str] = &[
    "every",
    "filter",
    "find",
    "findIndex",
    "findLast",
    "findLastIndex",
    "flatMap",
    "forEach",
    "map",
    "reduce",
    "reduceRight",
    "some",
];

/// Other methods of arrays.
const MORE_OF_ARRAYS: &[&str] = &["sort", "toReversed", "toSorted", "toSpliced", "with"];

pub(in crate::lang::js) fn is_array_method(name: &str) -> bool {
    [OF_ARRAYS, CHANGES_ARRAY, CALL_WITH_ELEMENTS, MORE_OF_ARRAYS].iter().any(|methods| methods.contains(&name))
}

#[derive(Clone, Copy, PartialEq)]
pub(in crate::lang::js) enum Given {
    /// Anything.
    Values,
    /// What converts to strings and numbers without running code.
    Primitives,
    /// Nobody else has seen the first one.
    NewValue,
}

/// What a built-in function of this path must be given to be pure.
pub(in crate::lang::js) fn function(path: &str) -> Option<Given> {
    match path {
        _ if LOOKS.contains(&path) => Some(Given::Values),
        _ if CONVERTS.contains(&path) => Some(Given::Primitives),
        // `Math.random` gives another value each time; nobody misses one that is not used.
        _ if path.strip_prefix("Math.").is_some_and(|name| !name.contains('.')) => Some(Given::Primitives),
        _ if ON_NEW_VALUES.contains(&path) => Some(Given::NewValue),
        _ => None,
    }
}

pub(in crate::lang::js) fn constructor(name: &str) -> bool {
    CONSTRUCTORS.contains(&name) || name.ends_with("Array")
}

/// A method of a literal that does nothing but make a value of its arguments, which are primitives.
pub(in crate::lang::js) fn method(object: &Expr, name: &str) -> bool {
    match strip(object) {
        Expr::Lit(Lit::Str(_)) | Expr::Tpl(_) => OF_STRINGS.contains(&name),
        Expr::Lit(Lit::Num(_) | Lit::Bool(_) | Lit::Regex(_) | Lit::BigInt(_)) => OF_VALUES.contains(&name),
        Expr::Array(array) => {
            let is_literal = |element: &ExprOrSpread| element.spread.is_none() && element.expr.is_lit();
            OF_ARRAYS.contains(&name) && (name != "join" || array.elems.iter().flatten().all(is_literal))
        }
        _ => false,
    }
}

/// Reads of the built-ins' own properties.
pub(in crate::lang::js) fn has_property(object: &str) -> bool {
    matches!(
        object,
        "Object"
            | "Array"
            | "Math"
            | "Number"
            | "Symbol"
            | "Reflect"
            | "Promise"
            | "JSON"
            | "String"
            | "Function"
            | "Date"
    )
}

/// `Math.PI`, `Number.MAX_SAFE_INTEGER`
pub(in crate::lang::js) fn is_number(object: &str, name: &str) -> bool {
    matches!(object, "Math" | "Number")
        && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_' || byte.is_ascii_digit())
}
