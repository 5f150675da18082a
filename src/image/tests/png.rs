use super::*;

/// With colours under transparent pixels, which must not change either.
fn cutout(width: u32, height: u32) -> RgbaImage {
    RgbaImage::from_fn(width, height, |x, y| {
        let inside = (x as i64 - 40).pow(2) + (y as i64 - 30).pow(2) < 600;
        Rgba([(x * 2) as u8, (y * 3) as u8, (x ^ y) as u8, if inside { 255 } else { 0 }])
    })
}

/// Inserts chunks behind the header.
fn with_chunks(png: &[u8], added: &[([u8; 4], &[u8])]) -> Vec<u8> {
    let mut out = png[..33].to_vec();
    added.iter().for_each(|(name, data)| chunks::write(&mut out, *name, data));
    out.extend(&png[33..]);
    out
}

fn with_profile(picture: &RgbImage, profile: Vec<u8>) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = image::codecs::png::PngEncoder::new(&mut out);
    encoder.set_icc_profile(profile).unwrap();
    encoder.write_image(picture, picture.width(), picture.height(), ExtendedColorType::Rgb8).unwrap();
    out
}

#[test]
fn smaller_with_the_same_pixels() {
    let few: RgbImage = RgbImage::from_fn(200, 100, |x, y| Rgb([(x / 50) as u8 * 60, (y / 50) as u8 * 90, 9]));
    let deep = DynamicImage::from(photo(60, 40)).to_rgb16();
    let pictures: [DynamicImage; 5] = [
        photo(200, 120).into(),
        cutout(120, 80).into(),
        few.into(),
        deep.into(),
        DynamicImage::from(photo(50, 50)).to_luma_alpha8().into(),
    ];
    for picture in pictures {
        let source = as_png(picture.clone());
        let done = clean(AssetKind::Png, &source);
        assert!(done.bytes.len() < source.len(), "{} of {}", done.bytes.len(), source.len());
        assert_eq!(decode(&done.bytes).to_rgba16(), picture.to_rgba16());
        assert_eq!((done.width, done.height), (picture.width(), picture.height()));
    }
}

#[test]
fn an_optimised_one_cannot_become_larger() {
    let once = clean(AssetKind::Png, &as_png(cutout(120, 80))).bytes;
    let twice = clean(AssetKind::Png, &once).bytes;
    assert!(twice.len() <= once.len());
    assert_eq!(decode(&twice), decode(&once));
}

#[test]
fn texts_go_and_colour_stays() {
    let plain = as_png(photo(40, 40));
    let gamma = 100_000u32.to_be_bytes();
    let source = with_chunks(
        &plain,
        &[(*b"tEXt", b"Author\0Somebody"), (*b"gAMA", &gamma), (*b"tIME", b"\x07\xe8\x01\x01\0\0\0")],
    );
    let done = clean(AssetKind::Png, &source).bytes;
    assert!(!contains(&done, b"Somebody") && !contains(&done, b"tIME"));
    assert!(contains(&done, b"gAMA"), "without it browsers show the picture darker");
    // sRGB rules out what gAMA says: browsers do not read it then.
    let both = with_chunks(&plain, &[(*b"sRGB", &[0]), (*b"gAMA", &gamma)]);
    let done = clean(AssetKind::Png, &both).bytes;
    assert!(contains(&done, b"sRGB") && !contains(&done, b"gAMA"));
}

#[test]
fn a_profile_stays_unless_it_is_srgb() {
    let picture = photo(40, 40);
    let wide = clean(AssetKind::Png, &with_profile(&picture, icc::samples::display_p3()));
    let mut decoder = image::codecs::png::PngDecoder::new(Cursor::new(&wide.bytes[..])).unwrap();
    assert_eq!(image::ImageDecoder::icc_profile(&mut decoder).unwrap(), Some(icc::samples::display_p3()));
    let usual = clean(AssetKind::Png, &with_profile(&picture, icc::samples::srgb()));
    assert!(!contains(&usual.bytes, b"iCCP") && contains(&usual.bytes, b"sRGB"));
}

#[test]
fn grey_pixels_with_a_profile_keep_it() {
    let grey = RgbImage::from_fn(64, 64, |x, y| Rgb([(x * 2 + y) as u8; 3]));
    let done = clean(AssetKind::Png, &with_profile(&grey, icc::samples::display_p3()));
    assert!(contains(&done.bytes, b"iCCP"));
}

#[test]
fn orientation_stays_and_turns_the_size() {
    let mut data = exif::only_orientation(6);
    data.extend(b"GPS 48.8584 N");
    let source = with_chunks(&as_png(photo(60, 40)), &[(*b"eXIf", &data)]);
    let done = clean(AssetKind::Png, &source);
    assert_eq!((done.width, done.height), (40, 60));
    assert!(contains(&done.bytes, b"eXIf") && !contains(&done.bytes, b"GPS"));
}

/// Two frames, the second half as large, made by hand from a still picture's data.
fn animation() -> Vec<u8> {
    let first = as_png(photo(40, 40));
    let second = as_png(photo(20, 20));
    let data = |png: &[u8]| {
        let at = png.windows(4).position(|name| name == b"IDAT").unwrap();
        let length = u32::from_be_bytes(png[at - 4..at].try_into().unwrap()) as usize;
        png[at + 4..at + 4 + length].to_vec()
    };
    let control = |sequence: u32, side: u32| {
        let mut out = Vec::new();
        [sequence, side, side, 3, 4].iter().for_each(|value| out.extend(value.to_be_bytes()));
        if sequence == 0 {
            out[12..20].fill(0);
        }
        out.extend([0, 1, 0, 10, 0, 0]);
        out
    };
    let mut out = first[..33].to_vec();
    chunks::write(&mut out, *b"acTL", &[0, 0, 0, 2, 0, 0, 0, 0]);
    chunks::write(&mut out, *b"fcTL", &control(0, 40));
    chunks::write(&mut out, *b"IDAT", &data(&first));
    chunks::write(&mut out, *b"fcTL", &control(1, 20));
    chunks::write(&mut out, *b"fdAT", &[&2u32.to_be_bytes()[..], &data(&second)].concat());
    chunks::write(&mut out, *b"IEND", b"");
    out
}

#[test]
fn an_animation_stays_one() {
    let source = animation();
    let done = clean(AssetKind::Png, &source);
    assert!(done.bytes.len() < source.len());
    let frames = |bytes: &[u8]| -> Vec<_> {
        let decoder = image::codecs::png::PngDecoder::new(Cursor::new(bytes)).unwrap().apng().unwrap();
        image::AnimationDecoder::into_frames(decoder).map(|frame| frame.unwrap().into_buffer()).collect()
    };
    assert_eq!(frames(&source).len(), 2);
    assert_eq!(frames(&done.bytes), frames(&source));
}

#[test]
fn damage_is_named() {
    let source = as_png(photo(64, 64));
    let mut flipped = source.clone();
    flipped[100] ^= 1;
    let (kept, problems) = only(AssetKind::Png, &flipped);
    assert_eq!(codes(&problems), ["corrupt-image"]);
    assert!(problems[0].message.contains("IDAT chunk at byte 33: CRC mismatch"), "{}", problems[0].message);
    assert_eq!(problems[0].location.as_ref().unwrap().file, "src/picture.png");
    assert!(problems[0].hint.is_some());
    assert_eq!(kept.bytes[..], flipped[..]);
    let (_, problems) = only(AssetKind::Png, &source[..source.len() / 2]);
    assert!(problems[0].message.contains("ends inside the IDAT chunk"), "{}", problems[0].message);
}

#[test]
fn a_text_with_a_wrong_checksum_is_no_damage() {
    // Browsers skip it.
    let mut source = with_chunks(&as_png(photo(20, 20)), &[(*b"tEXt", b"Author\0Somebody")]);
    source[33 + 10] ^= 1;
    assert_eq!((clean(AssetKind::Png, &source).width), 20);
}
