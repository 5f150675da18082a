use super::*;

#[test]
fn smaller_with_the_same_pixels() {
    let source = photo_jpeg(320, 200, 85);
    let done = clean(AssetKind::Jpeg, &source);
    assert!(done.bytes.len() < source.len() * 95 / 100, "{} of {}", done.bytes.len(), source.len());
    assert_eq!(decode(&done.bytes), decode(&source));
    assert_eq!((done.width, done.height), (320, 200));
}

#[test]
fn grey_and_tiny_ones_too() {
    for (width, height) in [(1, 1), (7, 3), (64, 64)] {
        let grey = DynamicImage::from(photo(width, height)).to_luma8();
        let mut source = Vec::new();
        JpegEncoder::new_with_quality(&mut source, 80).encode_image(&grey).unwrap();
        let done = clean(AssetKind::Jpeg, &source);
        assert!(done.bytes.len() < source.len());
        assert_eq!(decode(&done.bytes), decode(&source));
    }
}

#[test]
fn orientation_stays_and_nothing_else_of_the_camera() {
    let plain = photo_jpeg(96, 64, 80);
    for orientation in 1..=8 {
        let exif = camera_exif(orientation);
        let source = with_segments(&plain, &[(0xE1, &exif), (0xFE, b"a comment"), (0xED, b"Photoshop 3.0\0")]);
        let done = clean(AssetKind::Jpeg, &source);
        let wanted = if orientation >= 5 { (64, 96) } else { (96, 64) };
        assert_eq!((done.width, done.height), wanted, "size as displayed");
        let mut decoder = image::codecs::jpeg::JpegDecoder::new(Cursor::new(&done.bytes[..])).unwrap();
        assert_eq!(image::ImageDecoder::orientation(&mut decoder).unwrap().to_exif(), orientation);
        for gone in [&b"GPS"[..], b"a comment", b"Photoshop"] {
            assert!(!contains(&done.bytes, gone));
        }
        assert_eq!(decode(&done.bytes), decode(&source));
    }
}

#[test]
fn a_profile_stays_unless_it_is_srgb() {
    let plain = photo_jpeg(64, 64, 80);
    let wide = with_segments(&plain, &[(0xE2, &icc_segment(&icc::samples::display_p3()))]);
    assert!(contains(&clean(AssetKind::Jpeg, &wide).bytes, &icc::samples::display_p3()));
    let usual = with_segments(&plain, &[(0xE2, &icc_segment(&icc::samples::srgb()))]);
    assert!(!contains(&clean(AssetKind::Jpeg, &usual).bytes, b"ICC_PROFILE"));
}

#[test]
fn a_profile_in_two_segments_stays_whole() {
    let profile = icc::samples::display_p3();
    let (first, second) = profile.split_at(100);
    let parts = [[b"ICC_PROFILE\0\x01\x02", first].concat(), [b"ICC_PROFILE\0\x02\x02", second].concat()];
    let source = with_segments(&photo_jpeg(64, 64, 80), &[(0xE2, &parts[0]), (0xE2, &parts[1])]);
    let done = clean(AssetKind::Jpeg, &source);
    let mut decoder = image::codecs::jpeg::JpegDecoder::new(Cursor::new(&done.bytes[..])).unwrap();
    assert_eq!(image::ImageDecoder::icc_profile(&mut decoder).unwrap(), Some(profile));
}

#[test]
fn several_pictures_in_one_file_are_left_alone() {
    let mut source = with_segments(&photo_jpeg(64, 64, 80), &[(0xE2, b"MPF\0II*\0")]);
    source.extend(photo_jpeg(32, 32, 80));
    assert_eq!(clean(AssetKind::Jpeg, &source).bytes[..], source[..]);
}

#[test]
fn what_follows_the_picture_goes() {
    let mut source = photo_jpeg(64, 64, 80);
    source.extend(vec![7; 5000]);
    let done = clean(AssetKind::Jpeg, &source);
    assert!(done.bytes.len() + 5000 < source.len());
    assert_eq!(decode(&done.bytes), decode(&source));
}

#[test]
fn rgb_components_stay_rgb() {
    // Adobe's transform 0 on three components: RGB, not YCbCr. Forgetting it turns the picture green and purple.
    // (Beside a JFIF segment, which says YCbCr, decoders disagree.)
    let mut plain = photo_jpeg(64, 64, 80);
    plain.drain(2..20);
    let source = with_segments(&plain, &[(0xEE, b"Adobe\0\x64\0\0\0\0\0")]);
    assert_ne!(decode(&source), decode(&plain), "the marker means something");
    let done = clean(AssetKind::Jpeg, &source);
    assert!(done.bytes.len() < source.len());
    assert_eq!(decode(&done.bytes), decode(&source));
}

#[test]
fn lossy_is_smaller_still_and_close() {
    let source = photo_jpeg(320, 200, 97);
    let size =
        |mode| run(&[("a.jpg", AssetKind::Jpeg, source.clone())], mode).value.into_vec()[0].clone().unwrap().bytes;
    let (lossless, lossy) = (size(ImageMode::On), size(ImageMode::Lossy));
    assert!(lossy.len() < lossless.len() * 7 / 10, "{} of {}", lossy.len(), lossless.len());
    let (before, after) = (decode(&source).to_rgb8(), decode(&lossy).to_rgb8());
    let difference: u64 = before.iter().zip(after.iter()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    assert!(difference / (before.len() as u64) < 8, "mean difference of samples");
    // A picture of less quality does not lose again.
    let coarse = photo_jpeg(320, 200, 60);
    let kept =
        run(&[("a.jpg", AssetKind::Jpeg, coarse.clone())], ImageMode::Lossy).value.into_vec()[0].clone().unwrap();
    assert_eq!(decode(&kept.bytes), decode(&coarse));
}

#[test]
fn a_missing_end_marker_is_no_damage() {
    let mut source = photo_jpeg(96, 64, 80);
    source.truncate(source.len() - 2);
    let done = clean(AssetKind::Jpeg, &source);
    assert_eq!(decode(&done.bytes), decode(&photo_jpeg(96, 64, 80)));
}

#[test]
fn kinds_that_browsers_cannot_show() {
    let mut source = photo_jpeg(32, 32, 80);
    let at = source.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap();
    source[at + 1] = 0xC9;
    let (done, problems) = only(AssetKind::Jpeg, &source);
    assert_eq!(codes(&problems), ["unsupported-image"]);
    assert!(problems[0].message.contains("arithmetic"));
    assert_eq!(done.bytes[..], source[..]);
}
