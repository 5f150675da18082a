//! A panic is a defect of plimsoll: it becomes one message, never a half-printed trace.

use super::{Exit, speak};
use crate::config::LogLevel;
use crate::diag::Diagnostic;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook};
use std::sync::Mutex;

/// What the latest panic said and where. Only the hook knows the place, only the guard knows that nobody caught it.
static LATEST: Mutex<Option<(String, String)>> = Mutex::new(None);

/// Runs `work`; a panic in it, on whatever thread, ends as exit status 1.
pub(super) fn guarded(work: impl FnOnce() -> Exit) -> Exit {
    set_hook(Box::new(|info| {
        let payload = info.payload();
        let text = payload.downcast_ref::<&str>().map(|text| text.to_string());
        let text = text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_default();
        let place = info.location().map(|place| format!("{}:{}", file_name(place.file()), place.line()));
        if let Ok(mut latest) = LATEST.lock() {
            *latest = Some((text, place.unwrap_or_default()));
        }
    }));
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        let (text, place) = LATEST.lock().ok().and_then(|mut latest| latest.take()).unwrap_or_default();
        speak::problems(&[message(&text, &place)], LogLevel::Info);
        Exit::Failed
    })
}

fn message(text: &str, place: &str) -> Diagnostic {
    let first = text.lines().next().unwrap_or("no reason was given");
    Diagnostic::error("internal-error", format!("plimsoll stopped: {first}"))
        .note(format!("at {place}, version {}", env!("CARGO_PKG_VERSION")))
        .note("nothing was written; this is a defect of plimsoll, not of the project")
        .hint("report it with the command line and, if you can, the file it was working on")
}

/// From `src` or the crate's name on: where a crate lies on the machine that compiled it is nobody's business.
fn file_name(path: &str) -> String {
    let path = crate::base::normalize_slashes(path);
    match path.find("/src/").filter(|_| path.starts_with('/')) {
        Some(at) => path[path[..at].rfind('/').map_or(0, |slash| slash + 1)..].to_string(),
        None => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_says_where() {
        let problem = message("index out of bounds\nmore", "src/x.rs:3");
        assert_eq!(problem.message, "plimsoll stopped: index out of bounds");
        assert!(problem.notes[0].contains("src/x.rs:3"));
        assert_eq!(file_name("/machine/registry/crate-1.0.0/src/lib.rs"), "crate-1.0.0/src/lib.rs");
    }
}
