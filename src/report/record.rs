//! The record of a build: what went in and what came out, by SHA-256. An in-toto statement (v1) with SLSA provenance (v1);
//! signed, a DSSE envelope (v1) around it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::pkcs8::{DecodePrivateKey as _, DecodePublicKey as _};
use ed25519_dalek::{Signature, Signer as _, SigningKey, Verifier as _, VerifyingKey};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";
const BUILD_TYPE: &str = "https://plimsoll.dev/build/v1";

/// Hexadecimal digits of SHA-256.
pub fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// One hash of many: of their names and digests, in order.
fn digest_of(files: &BTreeMap<String, String>) -> String {
    let lines: String = files.iter().map(|(name, digest)| format!("{digest}  {name}\n")).collect();
    digest(lines.as_bytes())
}

/// The statement. Files by name, each with its digest.
pub fn record(entries: &[String], inputs: &BTreeMap<String, String>, outputs: &BTreeMap<String, String>) -> Value {
    let resource = |(name, digest): (&String, &String)| json!({ "name": name, "digest": { "sha256": digest } });
    json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": outputs.iter().map(resource).collect::<Vec<Value>>(),
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {
            "buildDefinition": {
                "buildType": BUILD_TYPE,
                "externalParameters": { "entries": entries },
                "internalParameters": { "inputs": digest_of(inputs), "outputs": digest_of(outputs) },
                "resolvedDependencies": inputs.iter().map(resource).collect::<Vec<Value>>(),
            },
            "runDetails": {
                "builder": {
                    "id": "https://plimsoll.dev/plimsoll",
                    "version": { "plimsoll": env!("CARGO_PKG_VERSION") },
                },
            },
        },
    })
}

/// The statement in an envelope. `key`: PKCS#8, PEM.
pub fn signed(statement: &Value, key: &str) -> Result<Value, String> {
    let key = SigningKey::from_pkcs8_pem(key).map_err(|error| format!("it is no Ed25519 key in PKCS#8: {error}"))?;
    let payload = statement.to_string();
    let signature = key.sign(&authenticated(payload.as_bytes()));
    Ok(json!({
        "payloadType": PAYLOAD_TYPE,
        "payload": STANDARD.encode(&payload),
        "signatures": [{
            "keyid": digest(key.verifying_key().as_bytes()),
            "sig": STANDARD.encode(signature.to_bytes()),
        }],
    }))
}

/// What is signed: the pre-authentication encoding of DSSE.
fn authenticated(payload: &[u8]) -> Vec<u8> {
    let head = format!("DSSEv1 {} {PAYLOAD_TYPE} {} ", PAYLOAD_TYPE.len(), payload.len());
    [head.as_bytes(), payload].concat()
}

/// Digests of the outputs that a record speaks of, by name. `key`: it must be signed with this one (SPKI, PEM).
pub fn recorded(text: &str, key: Option<&str>) -> Result<BTreeMap<String, String>, String> {
    let value: Value = serde_json::from_str(text).map_err(|error| format!("it is not JSON: {error}"))?;
    let statement = match value["payload"].as_str() {
        Some(payload) => opened(&value, payload, key)?,
        None if key.is_some() => return Err("it is not signed".into()),
        None => value,
    };
    let subjects = statement["subject"].as_array().ok_or("it has no subjects")?;
    let subject = |subject: &Value| {
        Some((subject["name"].as_str()?.to_string(), subject["digest"]["sha256"].as_str()?.to_string()))
    };
    subjects.iter().map(|it| subject(it).ok_or("a subject has no name or no digest".to_string())).collect()
}

fn opened(envelope: &Value, payload: &str, key: Option<&str>) -> Result<Value, String> {
    let payload = STANDARD.decode(payload).map_err(|_| "its payload is no base 64")?;
    if let Some(key) = key {
        let key = VerifyingKey::from_public_key_pem(key)
            .map_err(|error| format!("the public key cannot be read: {error}"))?;
        let text = authenticated(&payload);
        let holds = |signature: &Value| {
            let bytes = STANDARD.decode(signature["sig"].as_str().unwrap_or_default()).unwrap_or_default();
            Signature::from_slice(&bytes).is_ok_and(|signature| key.verify(&text, &signature).is_ok())
        };
        if !envelope["signatures"].as_array().is_some_and(|all| all.iter().any(holds)) {
            return Err("it is not signed with this key".into());
        }
    }
    serde_json::from_slice(&payload).map_err(|error| format!("its payload is not JSON: {error}"))
}
