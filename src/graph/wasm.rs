//! What a WebAssembly binary imports and exports: two of its sections, the rest is stepped over.

/// The kind of an export that is a global.
pub(super) const GLOBAL: u8 = 3;
/// The format allows a million of each; no module has so many by design.
const NAMES_MAX: u32 = 100_000;

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Interface {
    /// Module and name.
    pub imports: Vec<(String, String)>,
    /// Name and kind.
    pub exports: Vec<(String, u8)>,
}

/// `None`: the bytes are not a module of WebAssembly, or end too early.
pub(super) fn interface(bytes: &[u8]) -> Option<Interface> {
    let mut reader = Reader { bytes: bytes.strip_prefix(b"\0asm\x01\0\0\0")? };
    let mut out = Interface::default();
    while !reader.bytes.is_empty() {
        let id = reader.byte()?;
        let size = reader.number()? as usize;
        let mut section = Reader { bytes: reader.take(size)? };
        match id {
            2 => imports(&mut section, &mut out)?,
            7 => exports(&mut section, &mut out)?,
            _ => {}
        }
    }
    Some(out)
}

fn imports(section: &mut Reader<'_>, out: &mut Interface) -> Option<()> {
    for _ in 0..section.count()? {
        let (module, name) = (section.name()?, section.name()?);
        match section.byte()? {
            0 => drop(section.number()?),
            1 => {
                section.value_type()?;
                section.limits()?;
            }
            2 => section.limits()?,
            GLOBAL => {
                section.value_type()?;
                section.byte()?;
            }
            4 => {
                section.byte()?;
                section.number()?;
            }
            _ => return None,
        }
        // Built-ins of the engine are not imported from anywhere.
        if !module.starts_with("wasm:") && !out.imports.iter().any(|known| known.0 == module && known.1 == name) {
            out.imports.push((module, name));
        }
    }
    Some(())
}

fn exports(section: &mut Reader<'_>, out: &mut Interface) -> Option<()> {
    for _ in 0..section.count()? {
        let name = section.name()?;
        let kind = section.byte()?;
        section.number()?;
        out.exports.push((name, kind));
    }
    Some(())
}

struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(count)?;
        self.bytes = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        Some(self.take(1)?[0])
    }

    /// LEB128, at most ten bytes: what is longer than 32 bits is only stepped over.
    fn number(&mut self) -> Option<u32> {
        let mut value = 0u64;
        for at in 0..10 {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f).checked_shl(7 * at).unwrap_or(0);
            if byte & 0x80 == 0 {
                return Some(u32::try_from(value).unwrap_or(u32::MAX));
            }
        }
        None
    }

    fn count(&mut self) -> Option<u32> {
        self.number().filter(|count| *count <= NAMES_MAX)
    }

    fn name(&mut self) -> Option<String> {
        let length = self.number()? as usize;
        Some(std::str::from_utf8(self.take(length)?).ok()?.to_string())
    }

    /// A byte, or a reference to a heap type.
    fn value_type(&mut self) -> Option<()> {
        if matches!(self.byte()?, 0x63 | 0x64) {
            self.number()?;
        }
        Some(())
    }

    fn limits(&mut self) -> Option<()> {
        let flags = self.byte()?;
        self.number()?;
        if flags & 1 != 0 {
            self.number()?;
        }
        if flags & 8 != 0 {
            self.number()?;
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCALE: &[u8] = b"\0asm\x01\0\0\0\x01\x0a\x02\x60\0\x01\x7f\x60\x01\x7f\x01\x7f\
        \x02\x14\x01\x09./env.mjs\x06factor\0\0\x03\x02\x01\x01\x07\x09\x01\x05scale\0\x01";

    #[test]
    fn names_of_a_module() {
        let found = interface(SCALE).unwrap();
        assert_eq!(found.imports, [("./env.mjs".to_string(), "factor".to_string())]);
        assert_eq!(found.exports, [("scale".to_string(), 0)]);
    }

    #[test]
    fn no_bytes_are_too_bad() {
        for end in 0..SCALE.len() {
            let mut cut = SCALE[..end].to_vec();
            interface(&cut);
            cut.extend([0xff; 12]);
            assert_eq!(interface(&cut), None);
        }
        for at in 8..SCALE.len() {
            for value in [0, 1, 0x7f, 0x80, 0xff] {
                let mut bad = SCALE.to_vec();
                bad[at] = value;
                interface(&bad);
            }
        }
    }
}
