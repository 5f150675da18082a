use super::*;

fn minified(text: &str) -> String {
    let source = format!("<svg xmlns=\"http://www.w3.org/2000/svg\">{text}</svg>");
    let done = clean(AssetKind::Svg, source.as_bytes());
    let done = String::from_utf8(done.bytes.to_vec()).unwrap();
    done.strip_prefix("<svg xmlns=\"http://www.w3.org/2000/svg\">").unwrap().strip_suffix("</svg>").unwrap().to_string()
}

const DRAWING: &str = r##"<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<!-- Created with a drawing program -->
<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
<svg xmlns="http://www.w3.org/2000/svg" xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape"
    xmlns:xlink="http://www.w3.org/1999/xlink" width="480" height="320" viewBox="0 0 480 320" version="1.1" id="svg0">
  <title>A  drawing</title>
  <metadata id="metadata0">generated</metadata>
  <inkscape:view id="view0"><inkscape:zoom/></inkscape:view>
  <defs></defs>
  <style type="text/css"><![CDATA[
    .a { fill: red; }   /* note */
  ]]></style>
  <g id="layer0" inkscape:groupmode="layer" transform="translate(0,0)">
    <rect class="a" id="rect0" x="64.500000" y='2.0' width="36.000" height="40.000" style="fill:#ee3355; stroke:none" />
    <path d="M 10.0 10.0 L 20.0 10.0 L 20.0 20.0 Z" fill="#FF0000"/>
    <text x="1.0"> two  <tspan>words</tspan> </text>
    <use xlink:href="#rect0"/>
  </g>
</svg>
"##;

#[test]
fn what_is_not_drawn_goes() {
    let done = clean(AssetKind::Svg, DRAWING.as_bytes());
    let wanted = concat!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="480" height="320" "##,
        r##"viewBox="0 0 480 320" id="svg0"><title>A  drawing</title><defs/><style type="text/css">.a{fill: red}</style>"##,
        r##"<g id="layer0" transform="translate(0,0)"><rect class="a" id="rect0" x="64.5" y="2" width="36" height="40" "##,
        r##"style="fill:#e35;stroke:none"/><path d="M10 10H20V20z" fill="red"/>"##,
        r##"<text x="1"> two  <tspan>words</tspan> </text><use xlink:href="#rect0"/></g></svg>"##
    );
    assert_eq!(String::from_utf8_lossy(&done.bytes), wanted);
    assert_eq!((done.width, done.height), (480, 320));
}

#[test]
fn a_second_time_changes_nothing() {
    let once = clean(AssetKind::Svg, DRAWING.as_bytes()).bytes;
    assert_eq!(clean(AssetKind::Svg, &once).bytes, once);
}

#[test]
fn what_others_may_look_for_stays() {
    let sprite = r##"<symbol id="a" viewBox="0 0 9 9"><path d="M0 0h9"/></symbol><view id="v" viewBox="0 0 1 1"/>"##;
    assert_eq!(minified(sprite), sprite);
    let unused = r##"<defs><linearGradient id="unused"/></defs><g display="none"><rect/></g><g/><text></text>"##;
    assert_eq!(minified(unused), unused.replace("<text></text>", "<text/>"));
    assert_eq!(minified("<!--! Licence: MIT --><!-- note --><g/>"), "<!--! Licence: MIT --><g/>");
    assert_eq!(minified("<g  a='&quot;&#10;x'/>"), "<g a=\"&quot;&#10;x\"/>");
    assert_eq!(minified("<g  a='\"'/>"), "<g a='\"'/>");
}

#[test]
fn style_sheets_decide_what_may_change() {
    let counted = "<style>g:nth-child(2){fill:red}</style><metadata>x</metadata><g/>";
    assert_eq!(minified(counted), counted, "the group is the third child");
    let spelled = "<style>[x='1.0']{fill:red}</style><rect x=\"1.0\"/>";
    assert_eq!(minified(spelled), spelled);
}

#[test]
fn other_languages_inside_are_copied() {
    let inside = "<foreignObject><p xmlns=\"http://www.w3.org/1999/xhtml\"> a <b>c</b> <i width=\"1.0\"></i></p></foreignObject>";
    assert_eq!(minified(inside), inside.replace("></i>", "/>"));
    let scripted = "<script>document.documentElement.childNodes[1]</script>  <g/>";
    assert_eq!(minified(scripted), scripted);
    let entities = "<!DOCTYPE svg [<!ENTITY a 'b'>]><svg xmlns='http://www.w3.org/2000/svg'> <text>&a;</text></svg>";
    assert_eq!(clean(AssetKind::Svg, entities.as_bytes()).bytes[..], *entities.as_bytes());
}

#[test]
fn sizes() {
    let size = |attributes: &str| {
        let source = format!("<svg xmlns=\"http://www.w3.org/2000/svg\" {attributes}/>");
        let done = clean(AssetKind::Svg, source.as_bytes());
        (done.width, done.height)
    };
    assert_eq!(size("width='10' height='20px'"), (10, 20));
    assert_eq!(size("viewBox='0 0 24 12'"), (24, 12));
    assert_eq!(size("viewBox='0,0,24,12' width='48'"), (48, 24));
    assert_eq!(size("width='100%' height='100%' viewBox='0 0 3 4'"), (3, 4));
    assert_eq!(size("width='1in' height='10'"), (96, 10));
    assert_eq!(size(""), (0, 0));
    assert_eq!(size("width='-4' height='1e999'"), (0, 0));
}

#[test]
fn broken_ones_are_kept_with_a_warning() {
    let warning = |source: &str| {
        let (done, problems) = only(AssetKind::Svg, source.as_bytes());
        assert_eq!(codes(&problems), ["invalid-svg"], "{source}");
        assert_eq!(done.bytes[..], *source.as_bytes());
        problems[0].clone()
    };
    let place = warning("<svg xmlns=\"http://www.w3.org/2000/svg\">\n  <g>\n</svg>").location.unwrap();
    assert_eq!((place.file.as_str(), place.line), ("src/picture.svg", 3));
    assert!(warning("<svg><g/></svg>").message.contains("xmlns"));
    assert!(warning("<!DOCTYPE html><html/>").message.contains("<html>"));
    warning("");
    warning("no markup");
    let deep = format!("<svg xmlns=\"http://www.w3.org/2000/svg\">{}", "<g>".repeat(200_000));
    assert_eq!(only(AssetKind::Svg, deep.as_bytes()).0.bytes.len(), deep.len(), "no stack overflow");
}

#[test]
fn cut_and_flipped_files_never_panic() {
    for at in 0..DRAWING.len() {
        only(AssetKind::Svg, &DRAWING.as_bytes()[..at]);
        let mut flipped = DRAWING.as_bytes().to_vec();
        flipped[at] ^= 1 << (at % 8);
        only(AssetKind::Svg, &flipped);
    }
}
