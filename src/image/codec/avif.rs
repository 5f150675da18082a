//! AVIF: kept as it is.
//!
//! The size stands in the properties (`ispe`, `irot`) of the primary item, boxes inside boxes:
//! `meta` holds `pitm` (which item is the picture) and `iprp`, which holds `ipco` (properties) and `ipma` (whose they are).

/// Width and height as displayed.
pub fn measure(file: &[u8]) -> Option<(u32, u32)> {
    // `meta` is a full box: version and flags come first.
    let meta = find(file, b"meta")?.get(4..)?;
    let primary = primary_item(find(meta, b"pitm")?)?;
    let properties = find(meta, b"iprp")?;
    let container: Vec<(&[u8], &[u8])> = boxes(find(properties, b"ipco")?).collect();
    let (mut size, mut turned) = (None, false);
    for index in associations(find(properties, b"ipma")?, primary)? {
        match container.get(index.checked_sub(1)?) {
            Some((b"ispe", body)) => size = Some((long(body, 4)?, long(body, 8)?)),
            // Quarter turns anticlockwise.
            Some((b"irot", body)) => turned = body.first()? & 1 == 1,
            _ => {}
        }
    }
    let (width, height) = size?;
    Some(if turned { (height, width) } else { (width, height) })
}

fn primary_item(pitm: &[u8]) -> Option<u32> {
    if *pitm.first()? == 0 { short(pitm, 4) } else { long(pitm, 4) }
}

/// One-based numbers of the properties of `item`.
fn associations(ipma: &[u8], item: u32) -> Option<Vec<usize>> {
    let (version, wide) = (*ipma.first()?, ipma.get(3)? & 1 == 1);
    let mut at = 8;
    for _ in 0..long(ipma, 4)? {
        let id = if version == 0 { short(ipma, at)? } else { long(ipma, at)? };
        at += if version == 0 { 2 } else { 4 };
        let count = usize::from(*ipma.get(at)?);
        at += 1;
        let mut found = Vec::new();
        for _ in 0..count {
            // The highest bit says "essential".
            found.push(if wide { short(ipma, at)? & 0x7FFF } else { u32::from(ipma.get(at)? & 0x7F) } as usize);
            at += if wide { 2 } else { 1 };
        }
        if id == item {
            return Some(found);
        }
    }
    None
}

fn find<'a>(data: &'a [u8], name: &[u8; 4]) -> Option<&'a [u8]> {
    boxes(data).find(|(found, _)| found == name).map(|(_, body)| body)
}

/// (name, body) of the boxes of `data`, up to the first broken one.
fn boxes(data: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut rest = data;
    std::iter::from_fn(move || {
        let name = rest.get(4..8)?;
        let (head, size) = match long(rest, 0)? {
            0 => (8, rest.len()),
            1 => (16, usize::try_from(u64::from(long(rest, 8)?) << 32 | u64::from(long(rest, 12)?)).ok()?),
            size => (8, size as usize),
        };
        let body = rest.get(head..size)?;
        rest = &rest[size..];
        Some((name, body))
    })
}

fn short(data: &[u8], at: usize) -> Option<u32> {
    Some(u32::from(u16::from_be_bytes(data.get(at..at.checked_add(2)?)?.try_into().ok()?)))
}

fn long(data: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(data.get(at..at.checked_add(4)?)?.try_into().ok()?))
}
