//! "Did you mean": the nearest known names by edit distance.

/// Up to `limit` of `candidates` that are close to `word`, nearest first, ties by name.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>, limit: usize) -> Vec<String> {
    let allowed = (word.chars().count() / 3).max(1) + usize::from(word.len() > 12);
    let mut found: Vec<(usize, &str)> = candidates
        .into_iter()
        .filter_map(|candidate| {
            let distance = distance(word, candidate, allowed)?;
            (candidate != word).then_some((distance, candidate))
        })
        .collect();
    found.sort_unstable();
    found.dedup();
    found.into_iter().take(limit).map(|(_, name)| name.to_string()).collect()
}

/// Optimal string alignment distance without regard to case, `None` above `limit`.
fn distance(a: &str, b: &str, limit: usize) -> Option<usize> {
    let a: Vec<char> = a.to_lowercase().chars().collect();
    let b: Vec<char> = b.to_lowercase().chars().collect();
    if a.len().abs_diff(b.len()) > limit {
        return None;
    }
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    for (j, cell) in rows[0].iter_mut().enumerate() {
        *cell = j;
    }
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let cost = usize::from(a[i - 1] != b[j - 1]);
            let mut best = (rows[i - 1][j] + 1).min(rows[i][j - 1] + 1).min(rows[i - 1][j - 1] + cost);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = best;
        }
    }
    Some(rows[a.len()][b.len()]).filter(|distance| *distance <= limit)
}

#[cfg(test)]
mod tests {
    #[test]
    fn finds_typos() {
        assert_eq!(super::nearest("./buton", ["./button", "./card"], 3), ["./button"]);
        assert_eq!(super::nearest("--mnify", ["--minify", "--mode"], 1), ["--minify"]);
        assert!(super::nearest("react", ["lodash"], 3).is_empty());
    }
}
