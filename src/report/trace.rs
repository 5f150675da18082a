//! `--trace`: Chrome's trace event format, as chrome://tracing and Perfetto read it.

use crate::base::trace::Event;
use serde_json::{Value, json};

/// Times are microseconds since recording began; threads are numbered in the order in which they first did something.
pub fn trace(events: &[Event]) -> Value {
    let complete = |event: &Event| {
        json!({
            "name": event.what, "cat": event.kind, "ph": "X", "pid": 1, "tid": event.lane,
            "ts": event.start.as_micros() as u64, "dur": event.time.as_micros() as u64,
        })
    };
    json!({ "displayTimeUnit": "ms", "traceEvents": events.iter().map(complete).collect::<Vec<Value>>() })
}
