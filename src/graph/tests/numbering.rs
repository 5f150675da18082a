//! Ids, origins, and that neither threads nor the cache change anything.

use super::*;
use crate::model::Origin;

/// A graph with many ways to the same files.
fn lattice() -> Sample {
    let sample = Sample::new(&[("src/main.js", "import './m0_0'; import './m0_1'; import './m0_2'")]);
    for layer in 0..12 {
        for at in 0..3 {
            let imports: String =
                (0..3).map(|to| format!("import './m{}_{}';\n", layer + 1, (to + at * layer) % 3)).collect();
            let text = if layer == 11 { "export const last = 1".to_string() } else { imports };
            sample.write(&format!("src/m{layer}_{at}.js"), text);
        }
    }
    sample
}

#[test]
fn ids_depend_on_the_files_alone() {
    let sample = lattice();
    let build = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let graph = pool.install(|| sample.graph());
        let origins: Vec<Origin> = graph.modules.iter().map(|module| module.origin).collect();
        (names(&graph).into_iter().map(str::to_string).collect::<Vec<_>>(), origins)
    };
    let one = build(1);
    assert_eq!(one.0.len(), 37);
    assert_eq!(one.0[..6], ["src/main.js", "src/m0_0.js", "src/m0_1.js", "src/m0_2.js", "src/m1_0.js", "src/m1_1.js"]);
    for _ in 0..20 {
        assert_eq!(build(4), one);
    }
}

#[test]
fn origins_are_the_shortest_way_back() {
    let sample = Sample::new(&[
        ("src/main.js", "import './far'; import './near'"),
        ("src/far.js", "import './farther'"),
        ("src/farther.js", "import './goal'"),
        ("src/near.js", "import './goal'"),
        ("src/goal.js", ""),
    ]);
    let graph = sample.graph();
    let Origin::Module(asker, record) = module(&graph, "src/goal.js").origin else { panic!() };
    assert_eq!((graph.modules[asker].name.as_str(), record), ("src/near.js", 0));
    assert_eq!(module(&graph, "src/main.js").origin, Origin::Entry);
}

#[test]
fn a_warm_build_is_the_cold_one() {
    let cache = tempfile::tempdir().unwrap();
    let sample = lattice().with(|options| options.cache_dir = Some(cache.path().to_path_buf()));
    sample.write("src/m3_0.js", "import './m4_0'; export const x = ;");
    let print = |built: &Noted<ModuleGraph>| {
        let modules = built.value.modules.iter().map(|module| (module.name.clone(), module.facts.clone()));
        (modules.collect::<Vec<_>>(), built.problems.clone())
    };
    let cold = print(&sample.build());
    assert_eq!(cold.1.len(), 1, "the syntax error: {:?}", cold.1);
    assert_eq!(print(&sample.build()), cold);
    sample.write("src/m3_0.js", "import './m4_0'");
    assert_eq!(sample.build().problems, []);
    // A damaged entry is no entry.
    for folder in std::fs::read_dir(cache.path()).unwrap() {
        for file in std::fs::read_dir(folder.unwrap().path()).unwrap() {
            std::fs::write(file.unwrap().path(), "damaged").unwrap();
        }
    }
    assert_eq!(sample.build().problems, []);
}
