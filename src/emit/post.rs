//! Sends a document somewhere.

use std::time::Duration;

/// Nobody waits longer for a collector.
const PATIENCE: Duration = Duration::from_secs(5);

/// POST of JSON by HTTP; what went wrong, in words.
pub fn post_json(url: &str, text: &str) -> Result<(), String> {
    if url.starts_with("https:") {
        return Err(
            "only http: URLs can be written to; put a collector on this machine, as http://127.0.0.1:4318".into()
        );
    }
    let agent: ureq::Agent = ureq::Agent::config_builder().timeout_global(Some(PATIENCE)).build().into();
    let sent = agent.post(url).header("Content-Type", "application/json").send(text);
    sent.map(|_| ()).map_err(|error| error.to_string())
}
