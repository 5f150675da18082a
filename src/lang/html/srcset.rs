//! `srcset` and `imagesrcset`.

/// One candidate: where its URL is in the value. Descriptors lie between the URLs and are never changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Candidate {
    pub start: usize,
    pub end: usize,
}

/// The URLs of a `srcset` value by the algorithm of the HTML standard: a URL ends at white space; commas end it only
/// when they are its last characters, so that commas inside URLs are kept.
pub(super) fn candidates(value: &str) -> Vec<Candidate> {
    let bytes = value.as_bytes();
    let space = |byte: u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0C);
    let mut out = Vec::new();
    let mut at = 0;
    loop {
        while at < bytes.len() && (space(bytes[at]) || bytes[at] == b',') {
            at += 1;
        }
        if at == bytes.len() {
            return out;
        }
        let start = at;
        while at < bytes.len() && !space(bytes[at]) {
            at += 1;
        }
        let mut end = at;
        while end > start && bytes[end - 1] == b',' {
            end -= 1;
        }
        out.push(Candidate { start, end });
        if end == at {
            // Descriptors, up to a comma outside parentheses.
            let mut depth = 0usize;
            while at < bytes.len() && (bytes[at] != b',' || depth > 0) {
                match bytes[at] {
                    b'(' => depth += 1,
                    b')' => depth = depth.saturating_sub(1),
                    _ => {}
                }
                at += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::candidates;

    fn urls(value: &str) -> Vec<&str> {
        candidates(value).iter().map(|candidate| &value[candidate.start..candidate.end]).collect()
    }

    #[test]
    fn as_the_standard_splits() {
        assert_eq!(urls("a.png, b.png 2x"), ["a.png", "b.png"]);
        assert_eq!(urls(" a.png 100w,\n\tb.png 200w, "), ["a.png", "b.png"]);
        assert_eq!(urls("a,b.png 1x,c.png 2x"), ["a,b.png", "c.png"]);
        assert_eq!(urls("data:image/png;base64,AAAA 1x, b.png 2x"), ["data:image/png;base64,AAAA", "b.png"]);
        assert_eq!(urls("a.png f(1,2), b.png"), ["a.png", "b.png"]);
        assert_eq!(urls("a.png,, ,b.png"), ["a.png,,", "b.png"].map(|url| url.trim_end_matches(',')));
        assert!(urls(" , ").is_empty());
    }
}
