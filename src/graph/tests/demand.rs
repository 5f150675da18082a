//! Records are followed for what is asked.

use super::*;

fn kit(index: &str) -> Sample {
    let package =
        |effects: &str| format!("{{ \"name\": \"kit\", \"main\": \"index.js\", \"sideEffects\": {effects} }}");
    let sample = Sample::new(&[("src/main.js", "import { one } from 'kit'; one()")]);
    sample.write("node_modules/kit/package.json", package("false"));
    sample.write("node_modules/kit/index.js", index);
    sample.write("node_modules/kit/one.js", "import { deep } from './deep.js'; export const one = () => deep");
    sample.write("node_modules/kit/deep.js", "export const deep = 1");
    sample.write("node_modules/kit/two.js", "import './not-there.js'; export const two = 2");
    sample
}

#[test]
fn a_barrel_is_followed_for_what_is_asked() {
    let sample =
        kit("export { one } from './one.js'; export { two } from './two.js'; export { x } from './nowhere.js'");
    let graph = sample.graph();
    let index = "node_modules/kit/index.js";
    assert_eq!(names(&graph), ["src/main.js", index, "node_modules/kit/one.js", "node_modules/kit/deep.js"]);
    let leads = leads(&graph, index);
    assert_eq!(leads[1..], ["./two.js → unasked", "./nowhere.js → unasked"]);
}

#[test]
fn stars_are_looked_through_but_not_followed_further() {
    let sample = kit("export * from './two.js'; export * from './one.js'");
    sample.write("node_modules/kit/two.js", "import { lost } from './not-there.js'; export const two = () => lost");
    let graph = sample.graph();
    assert_eq!(leads(&graph, "node_modules/kit/two.js"), ["./not-there.js → unasked"]);
    assert!(names(&graph).contains(&"node_modules/kit/deep.js"));
}

#[test]
fn a_package_that_says_nothing_is_followed_whole() {
    let sample = kit("export { one } from './one.js'; export { two } from './two.js'");
    sample.write("node_modules/kit/package.json", "{ \"name\": \"kit\", \"main\": \"index.js\" }");
    sample.write("node_modules/kit/two.js", "export const two = 2");
    assert!(names(&sample.graph()).contains(&"node_modules/kit/two.js"));
}

#[test]
fn what_is_asked_does_not_depend_on_threads() {
    let sample = kit("export * from './one.js'; export { a0 } from './a0.js'");
    for at in 0..40 {
        let text = format!("export {{ a{0} as a{at} }} from './a{0}.js'; export * from './b{at}.js'", at + 1);
        sample.write(&format!("node_modules/kit/a{at}.js"), text);
        sample.write(&format!("node_modules/kit/b{at}.js"), "import './a0.js'; export const b = 1");
    }
    sample.write("node_modules/kit/a40.js", "export const a40 = 1");
    sample.write("src/main.js", "import { one, a0 } from 'kit'; import { b } from 'kit/a3.js'; one(a0, b)");
    let build = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let graph = pool.install(|| sample.graph());
        names(&graph).into_iter().map(str::to_string).collect::<Vec<_>>()
    };
    let one = build(1);
    assert!(one.iter().any(|name| name.ends_with("a40.js")) && !one.iter().any(|name| name.ends_with("b4.js")));
    for _ in 0..10 {
        assert_eq!(build(4), one);
    }
}
