//! What is in a zip archive, as package managers write them.
//!
//! The index is read at once, a member when it is asked for. Whatever the bytes are, the worst that comes of them is a text
//! that says what is wrong with them; every member is held against its checksum.

use super::Kind;
use rustc_hash::FxHashMap;

/// An archive in memory.
pub(super) struct Zip {
    bytes: Vec<u8>,
    files: FxHashMap<Box<str>, Member>,
    /// By the folder's path, without a slash at its end, the names in it, sorted. The archive's own top is the empty text.
    folders: FxHashMap<Box<str>, Vec<Box<str>>>,
}

/// What the index says of a file.
struct Member {
    /// Of the header before its bytes.
    at: u32,
    packed: u32,
    size: u32,
    checksum: u32,
    method: u16,
    /// Its text is the path of what it stands for.
    link: bool,
}

const END: &[u8] = b"PK\x05\x06";
const END_LENGTH: usize = 22;
const ENTRY: &[u8] = b"PK\x01\x02";
const ENTRY_LENGTH: usize = 46;
const HEADER: &[u8] = b"PK\x03\x04";
const HEADER_LENGTH: usize = 30;
const STORED: u16 = 0;
const DEFLATED: u16 = 8;
/// No bytes unpack to more than so many times their number.
const RATIO_MAX: u64 = 1032;
/// Links that lead to links.
const HOPS_MAX: usize = 16;

/// Numbers at a place; nothing where the bytes end before.
fn short(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

fn long(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

impl Zip {
    /// `Err`: why the bytes are no archive that can be read.
    pub fn new(bytes: Vec<u8>) -> Result<Zip, String> {
        let end = end_of_index(&bytes).ok_or("it ends before the list of what is in it")?;
        let count = short(&bytes, end + 10).ok_or("its end is cut off")?;
        let start = long(&bytes, end + 16).ok_or("its end is cut off")?;
        if count == u16::MAX || start == u32::MAX {
            return Err("it is of the kind for more than 4 GB or 65,534 files (zip64), which is not read".to_string());
        }
        let mut zip = Zip { bytes, files: FxHashMap::default(), folders: FxHashMap::default() };
        zip.folders.insert("".into(), Vec::new());
        let mut at = start as usize;
        for _ in 0..count {
            at = zip.add(at).ok_or("the list of what is in it is damaged")?;
        }
        for names in zip.folders.values_mut() {
            names.sort_unstable();
            names.dedup();
        }
        Ok(zip)
    }

    /// Reads one entry of the index; where the next one is.
    fn add(&mut self, at: usize) -> Option<usize> {
        let entry = self.bytes.get(at..at.checked_add(ENTRY_LENGTH)?).filter(|entry| entry.starts_with(ENTRY))?;
        let (name, extra, comment) =
            (short(entry, 28)? as usize, short(entry, 30)? as usize, short(entry, 32)? as usize);
        const KIND: u32 = 0o170_000;
        const LINK: u32 = 0o120_000;
        let member = Member {
            at: long(entry, 42)?,
            packed: long(entry, 20)?,
            size: long(entry, 24)?,
            checksum: long(entry, 16)?,
            method: short(entry, 10)?,
            link: (long(entry, 38)? >> 16) & KIND == LINK,
        };
        let text = self.bytes.get(at + ENTRY_LENGTH..at + ENTRY_LENGTH + name)?;
        let text = std::str::from_utf8(text).ok()?.to_string();
        // A name that climbs out of the archive is nobody's.
        if let Some(path) = normal(&text) {
            if text.ends_with('/') {
                self.add_folder(&path);
            } else if !path.is_empty() {
                self.add_name(&path);
                self.files.insert(path.into(), member);
            }
        }
        Some(at + ENTRY_LENGTH + name + extra + comment)
    }

    fn add_folder(&mut self, path: &str) {
        if !self.folders.contains_key(path) {
            self.folders.insert(path.into(), Vec::new());
            self.add_name(path);
        }
    }

    /// Into the folder that it is in.
    fn add_name(&mut self, path: &str) {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        self.add_folder(folder);
        if let Some(names) = self.folders.get_mut(folder) {
            names.push(name.into());
        }
    }

    /// `None`: there is nothing.
    pub fn kind(&self, path: &str) -> Option<Kind> {
        match self.follow(path) {
            Some(path) if self.files.contains_key(&*path) => Some(Kind::File),
            Some(path) if self.folders.contains_key(&*path) => Some(Kind::Folder),
            _ => None,
        }
    }

    /// The names in a folder, sorted.
    pub fn list(&self, path: &str) -> Option<&[Box<str>]> {
        self.folders.get(&*self.follow(path)?).map(Vec::as_slice)
    }

    /// `None`: there is no such file. `Err`: what is wrong with it.
    pub fn read(&self, path: &str) -> Option<Result<Vec<u8>, String>> {
        let path = self.follow(path)?;
        let member = self.files.get(&*path)?;
        Some(self.unpack(member).map_err(|reason| format!("\"{path}\" in it {reason}")))
    }

    /// Where the links lead, of the file itself and of the folders that it is in.
    fn follow(&self, path: &str) -> Option<Box<str>> {
        let mut path: Box<str> = path.into();
        for _ in 0..HOPS_MAX {
            let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
            let links = |end: &usize| self.files.get(&path[..*end]).is_some_and(|member| member.link);
            let Some(end) = ends.into_iter().find(links) else { return Some(path) };
            let (link, rest) = path.split_at(end);
            let target = String::from_utf8(self.unpack(&self.files[link]).ok()?).ok()?;
            let folder = link.rsplit_once('/').map_or("", |(folder, _)| folder);
            path = normal(&format!("{folder}/{target}{rest}"))?.into();
        }
        None
    }

    fn unpack(&self, member: &Member) -> Result<Vec<u8>, String> {
        let packed = self.packed(member).ok_or("lies outside of it")?;
        let bytes = match member.method {
            STORED if member.packed == member.size => packed.to_vec(),
            DEFLATED if u64::from(member.size) <= packed.len() as u64 * RATIO_MAX => {
                let mut out = vec![0; member.size as usize];
                let done = libdeflater::Decompressor::new().deflate_decompress(packed, &mut out);
                if done.ok() != Some(out.len()) {
                    return Err("cannot be unpacked".to_string());
                }
                out
            }
            STORED | DEFLATED => return Err("has another length than the list says".to_string()),
            method => return Err(format!("is packed in a way that is not known (number {method})")),
        };
        let same = libdeflater::crc32(&bytes) == member.checksum;
        if same { Ok(bytes) } else { Err("has another checksum than the list says".to_string()) }
    }

    fn packed(&self, member: &Member) -> Option<&[u8]> {
        let at = member.at as usize;
        let header = self.bytes.get(at..at.checked_add(HEADER_LENGTH)?).filter(|header| header.starts_with(HEADER))?;
        let start = at + HEADER_LENGTH + short(header, 26)? as usize + short(header, 28)? as usize;
        self.bytes.get(start..start.checked_add(member.packed as usize)?)
    }
}

/// Where the end of the index begins. A comment may follow it.
fn end_of_index(bytes: &[u8]) -> Option<usize> {
    let last = bytes.len().checked_sub(END_LENGTH)?;
    let first = last.saturating_sub(usize::from(u16::MAX));
    (first..=last).rev().find(|at| {
        let comment = short(bytes, at + 20).unwrap_or_default();
        bytes[*at..].starts_with(END) && at + END_LENGTH + usize::from(comment) <= bytes.len()
    })
}

/// Without empty parts, `.` and `..`; `None`: it climbs out.
pub(super) fn normal(path: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Archives for tests.
#[cfg(test)]
pub(crate) mod written {
    use super::*;

    /// An archive of these files. Every other one is packed.
    pub fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
        let (mut out, mut index) = (Vec::new(), Vec::new());
        for (number, (name, text)) in files.iter().enumerate() {
            let (method, packed) = match number % 2 {
                0 => (STORED, text.to_vec()),
                _ => (DEFLATED, deflate(text)),
            };
            let at = out.len() as u32;
            let mut fields = vec![20, 0, 0, 0];
            fields.extend(method.to_le_bytes());
            fields.extend([0; 4]);
            let numbers = [libdeflater::crc32(text), packed.len() as u32, text.len() as u32, name.len() as u32];
            fields.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
            out.extend([HEADER, &fields, name.as_bytes(), &packed].concat());
            index.extend([ENTRY, &[20, 3], &fields, &[0; 10]].concat());
            index.extend(at.to_le_bytes());
            index.extend(name.as_bytes());
        }
        let start = out.len() as u32;
        let count = (files.len() as u16).to_le_bytes();
        out.extend(
            [&index, END, &[0; 4], &count, &count, &(index.len() as u32).to_le_bytes(), &start.to_le_bytes()].concat(),
        );
        out.extend([0; 2]);
        out
    }

    fn deflate(text: &[u8]) -> Vec<u8> {
        let mut compressor = libdeflater::Compressor::new(libdeflater::CompressionLvl::default());
        let mut out = vec![0; compressor.deflate_compress_bound(text.len())];
        let length = compressor.deflate_compress(text, &mut out).unwrap();
        out.truncate(length);
        out
    }

    /// The archive, in which the file of this number is a link.
    pub fn with_link(mut archive: Vec<u8>, number: usize) -> Vec<u8> {
        let entries: Vec<usize> = (0..archive.len()).filter(|at| archive[*at..].starts_with(ENTRY)).collect();
        let attributes = entries[number] + 38;
        archive[attributes..attributes + 4].copy_from_slice(&(0o120_777_u32 << 16).to_le_bytes());
        archive
    }
}

#[cfg(test)]
mod tests {
    use super::written::{archive, with_link};
    use super::*;

    const FILES: [(&str, &[u8]); 3] = [
        ("node_modules/a/package.json", b"{}"),
        ("node_modules/a/lib/index.js", b"export const a = 1; export const b = 1; export const c = 1;"),
        ("node_modules/a/lib/é.js", b""),
    ];

    #[test]
    fn files_and_folders() {
        let zip = Zip::new(archive(&FILES)).unwrap();
        for (name, text) in FILES {
            assert_eq!(zip.read(name).unwrap().unwrap(), text, "{name}");
            assert_eq!(zip.kind(name), Some(Kind::File));
        }
        assert_eq!(zip.kind("node_modules/a/lib"), Some(Kind::Folder));
        assert_eq!(zip.kind(""), Some(Kind::Folder));
        assert!(zip.kind("node_modules/a/lib/index").is_none() && zip.read("node_modules/a/lib").is_none());
        let names: Vec<&str> = zip.list("node_modules/a").unwrap().iter().map(|name| &**name).collect();
        assert_eq!(names, ["lib", "package.json"]);
        assert!(zip.list("node_modules/b").is_none());
    }

    #[test]
    fn links_lead_inside_of_the_archive_only() {
        let files: [(&str, &[u8]); 4] =
            [("a/real/x.js", b"x"), ("a/link", b"real"), ("a/out", b"../../etc"), ("a/self", b"self")];
        let zip = [1, 2, 3].into_iter().fold(archive(&files), with_link);
        let zip = Zip::new(zip).unwrap();
        assert_eq!(zip.read("a/link/x.js").unwrap().unwrap(), b"x");
        assert_eq!(zip.kind("a/link"), Some(Kind::Folder));
        assert!(zip.kind("a/out/passwd").is_none() && zip.kind("a/self").is_none());
    }

    #[test]
    fn damaged_bytes_are_refused() {
        let whole = archive(&FILES);
        for length in 0..whole.len() {
            assert!(Zip::new(whole[..length].to_vec()).is_err(), "cut to {length}");
        }
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 0x55;
            let Ok(zip) = Zip::new(bytes) else { continue };
            for (name, text) in FILES {
                // Wherever the damage is, what can be read is right.
                if let Some(Ok(read)) = zip.read(name) {
                    assert_eq!(read, text, "{name} with byte {at} changed");
                }
            }
        }
        assert!(Zip::new(b"PK".to_vec()).is_err() && Zip::new(Vec::new()).is_err());
    }

    #[test]
    fn names_that_climb_are_nobodys() {
        let zip = Zip::new(archive(&[("../x.js", b"x"), ("./a//b.js", b"b"), ("/c.js", b"c")])).unwrap();
        assert_eq!(zip.read("a/b.js").unwrap().unwrap(), b"b");
        assert_eq!(zip.read("c.js").unwrap().unwrap(), b"c");
        assert_eq!(zip.list("").unwrap().len(), 2);
        assert_eq!(normal("a/../../b"), None);
    }
}
