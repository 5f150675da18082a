//! Spans as OpenTelemetry's collectors take them: OTLP 1.x, JSON encoding.

use crate::base::ContentHash;
use crate::base::trace::Event;
use serde_json::{Value, json};

/// Every event is a span below that of the build. `started`: nanoseconds since 1970. `parent`: a `traceparent` (W3C Trace
/// Context, level 1), if the build is part of something.
pub fn otlp(events: &[Event], started: u64, parent: Option<&str>) -> Value {
    let seed = ContentHash::of_parts(&[&started.to_le_bytes(), &(events.len() as u64).to_le_bytes()]);
    let (trace, outer) = parent.and_then(trace_parent).unwrap_or_else(|| (seed.hex(), String::new()));
    let root = span_id(&seed, u64::MAX);
    let end = events.iter().map(|event| event.start + event.time).max().unwrap_or_default();
    let time = |since: std::time::Duration| (started + since.as_nanos() as u64).to_string();
    let mut spans = vec![json!({
        "traceId": trace, "spanId": root, "parentSpanId": outer, "name": "plimsoll build", "kind": 1,
        "startTimeUnixNano": started.to_string(), "endTimeUnixNano": time(end),
    })];
    spans.extend(events.iter().zip(0..).map(|(event, number)| {
        let above = above(events, event).map_or_else(|| root.clone(), |at| span_id(&seed, at as u64));
        json!({
            "traceId": trace, "spanId": span_id(&seed, number), "parentSpanId": above, "kind": 1,
            "name": format!("{} {}", event.kind, event.what),
            "startTimeUnixNano": time(event.start), "endTimeUnixNano": time(event.start + event.time),
            "attributes": [
                { "key": "thread.id", "value": { "intValue": event.lane.to_string() } },
                { "key": "plimsoll.kind", "value": { "stringValue": event.kind } },
            ],
        })
    }));
    let text = |key: &str, value: &str| json!({ "key": key, "value": { "stringValue": value } });
    json!({
        "resourceSpans": [{
            "resource": { "attributes": [
                text("service.name", "plimsoll"),
                text("service.version", env!("CARGO_PKG_VERSION")),
            ] },
            "scopeSpans": [{
                "scope": { "name": "plimsoll", "version": env!("CARGO_PKG_VERSION") },
                "spans": spans,
            }],
        }],
    })
}

/// The shortest event of the same thread that holds it.
fn above(events: &[Event], event: &Event) -> Option<usize> {
    // They are in the order in which they ended: what holds this one comes after it.
    let at = events.iter().position(|other| std::ptr::eq(other, event))?;
    let holds = |other: &Event| {
        other.lane == event.lane && other.start <= event.start && other.start + other.time >= event.start + event.time
    };
    events.iter().enumerate().skip(at + 1).find(|(_, other)| holds(other)).map(|(at, _)| at)
}

/// `00-<trace>-<span>-<flags>`.
fn trace_parent(text: &str) -> Option<(String, String)> {
    let parts: Vec<&str> = text.trim().split('-').collect();
    let [_, trace, span, _] = parts.as_slice() else { return None };
    let is_id = |text: &str, length: usize| {
        text.len() == length
            && text.bytes().all(|byte| byte.is_ascii_hexdigit())
            && text.bytes().any(|byte| byte != b'0')
    };
    (is_id(trace, 32) && is_id(span, 16)).then(|| (trace.to_lowercase(), span.to_lowercase()))
}

fn span_id(seed: &ContentHash, number: u64) -> String {
    ContentHash::of_parts(&[&seed.0, &number.to_le_bytes()]).hex()[..16].to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn spans_hang_on_what_holds_them() {
        let event = |what: &str, start: u64, time: u64, lane: u32| Event {
            kind: "stage",
            what: what.into(),
            start: Duration::from_millis(start),
            time: Duration::from_millis(time),
            lane,
        };
        let events = [event("parse", 2, 3, 0), event("other", 2, 3, 1), event("graph", 1, 9, 0)];
        let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        let value = otlp(&events, 1_000_000_000, Some(parent));
        let spans = value["resourceSpans"][0]["scopeSpans"][0]["spans"].as_array().unwrap();
        let id = |name: &str| spans.iter().find(|span| span["name"] == name).unwrap()["spanId"].clone();
        let above = |name: &str| spans.iter().find(|span| span["name"] == name).unwrap()["parentSpanId"].clone();
        assert_eq!(above("stage parse"), id("stage graph"));
        assert_eq!(above("stage other"), id("plimsoll build"));
        assert_eq!(above("plimsoll build"), "00f067aa0ba902b7");
        assert_eq!(spans[0]["endTimeUnixNano"], "1010000000");
    }
}
