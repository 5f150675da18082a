//! `--global-name`: the statement that puts what a script gives out into a global, or into a property of one.

/// What stands before the value: `var my=my||{};my.deep=my.deep||{};my.deep.Lib=`.
pub fn target(name: &str) -> String {
    let steps = steps(name);
    let mut path = String::new();
    let mut out = String::new();
    for (at, step) in steps.iter().enumerate() {
        path.push_str(step);
        let is_last = at + 1 == steps.len();
        let exists = at == 0 && matches!(path.as_str(), "globalThis" | "window" | "self" | "global" | "this");
        let var = if at == 0 { "var " } else { "" };
        match (is_last, exists) {
            (true, _) => out.push_str(&format!("{var}{path}=")),
            (false, true) => {}
            (false, false) => out.push_str(&format!("{var}{path}={path}||{{}};")),
        }
    }
    out
}

/// `a.b['c.d'].e` → `a`, `.b`, `['c.d']`, `.e`.
fn steps(name: &str) -> Vec<&str> {
    let mut starts = vec![0];
    let mut quote = None;
    for (at, letter) in name.char_indices() {
        match (quote, letter) {
            (Some(open), letter) if letter == open => quote = None,
            (None, '"' | '\'') => quote = Some(letter),
            (None, '.' | '[') if at > 0 => starts.push(at),
            _ => {}
        }
    }
    let ends = starts.iter().skip(1).copied().chain([name.len()]);
    starts.iter().zip(ends).map(|(start, end)| &name[*start..end]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_is_made() {
        assert_eq!(target("Lib"), "var Lib=");
        assert_eq!(target("my.deep.Lib"), "var my=my||{};my.deep=my.deep||{};my.deep.Lib=");
        assert_eq!(
            target("window['odd.name'].Lib"),
            "window['odd.name']=window['odd.name']||{};window['odd.name'].Lib="
        );
    }
}
