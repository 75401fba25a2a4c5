//! The map: within a crate no imports of files run in circles, and the folders are those that CONTRIBUTING.md names.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Where the files of each crate lie.
const ROOTS: [&str; 4] = ["src", "envs/src", "draw/src", "agents/src"];

/// A module's names from the crate's root, which has none: `["record", "log"]` is in `record/log.rs`.
type Module = Vec<String>;

/// The modules of a crate that have a file, and what is in it.
type Files = BTreeMap<Module, String>;

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Reads all files below a folder, which is that of a module.
fn read(folder: &Path, module: &Module, files: &mut Files) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_string();
        let own = matches!(&*name, "lib" | "main" | "mod");
        let inner: Module = module.iter().cloned().chain((!own).then_some(name)).collect();
        if path.is_dir() {
            read(&path, &inner, files);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.entry(inner).or_default().push_str(&fs::read_to_string(&path).unwrap());
        }
    }
}

/// A file without its comments and without the tests at its end.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    text.lines().map(|line| line.split("//").next().unwrap()).collect::<Vec<_>>().join("\n")
}

/// All paths that a tree of imports stands for: `a::{b, c::d}` is `a::b` and `a::c::d`.
fn expanded(tree: &str) -> Vec<String> {
    let Some((before, inner)) = tree.split_once('{') else { return vec![tree.trim().into()] };
    let inner = inner.trim_end().strip_suffix('}').unwrap_or(inner);
    let (mut parts, mut depth) = (vec![String::new()], 0);
    for letter in inner.chars() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if letter == ',' && depth == 0 {
            parts.push(String::new());
        } else if let Some(part) = parts.last_mut() {
            part.push(letter);
        }
    }
    let full = |part: &String| expanded(part).into_iter().map(|path| format!("{}{path}", before.trim()));
    parts.iter().filter(|part| !part.trim().is_empty()).flat_map(full).collect()
}

/// The tree of imports that begins in a line.
fn tree_begun(line: &str) -> Option<&str> {
    let (visibility, tree) = line.split_once("use ")?;
    let visibility = visibility.trim_end();
    let begins =
        visibility.is_empty() || visibility == "pub" || visibility.starts_with("pub(") && visibility.ends_with(')');
    begins.then_some(tree)
}

/// All paths in code: those of its imports, and those in the midst of it.
fn paths(code: &str) -> Vec<String> {
    let (mut found, mut rest) = (Vec::new(), String::new());
    let mut tree: Option<String> = None;
    for line in code.lines().map(str::trim) {
        match (&mut tree, tree_begun(line)) {
            (Some(tree), _) => tree.push_str(line),
            (None, Some(begun)) => tree = Some(begun.into()),
            (None, None) => rest = rest + line + "\n",
        }
        if let Some(whole) = tree.as_ref().and_then(|tree| tree.strip_suffix(';')) {
            found.extend(expanded(whole).iter().map(|path| path.split(" as ").next().unwrap().to_string()));
            tree = None;
        }
    }
    let words = rest.split(|letter: char| !(letter.is_alphanumeric() || letter == '_' || letter == ':'));
    found.extend(words.map(|word| word.trim_matches(':')).filter(|word| word.contains("::")).map(String::from));
    found
}

/// The files that a file imports from; paths of other crates lead to none.
fn imports(module: &Module, text: &str, files: &Files) -> BTreeSet<Module> {
    let file_of = |path: &String| {
        let mut names = path.split("::").map(String::from).peekable();
        let mut place = match names.peek()?.as_str() {
            "crate" => Module::new(),
            "super" | "self" => module.clone(),
            child => {
                Some(module.clone()).filter(|_| files.contains_key(&[module.as_slice(), &[child.into()]].concat()))?
            }
        };
        while let Some(name) = names.next_if(|name| matches!(&**name, "crate" | "super" | "self")) {
            if name == "super" {
                place.pop();
            }
        }
        place.extend(names);
        while !files.contains_key(&place) {
            place.pop()?;
        }
        Some(place)
    };
    paths(&code(text)).iter().filter_map(file_of).filter(|file| file != module).collect()
}

/// Files of which each imports from the next, and the last from the first; none where imports run in no circle.
fn circle(files: &Files) -> Option<Vec<String>> {
    let mut left: BTreeMap<&Module, BTreeSet<Module>> =
        files.iter().map(|(module, text)| (module, imports(module, text, files))).collect();
    // What imports from nothing that is left is in no circle.
    loop {
        let done: Vec<&Module> = left
            .iter()
            .filter(|(_, imports)| imports.iter().all(|file| !left.contains_key(file)))
            .map(|(&file, _)| file)
            .collect();
        if done.is_empty() {
            break;
        }
        left.retain(|file, _| !done.contains(file));
    }
    // Everything left imports from something left: going on from file to file, one comes round.
    let mut way: Vec<&Module> = vec![left.keys().next()?];
    loop {
        let next: &Module = left[way[way.len() - 1]].iter().find_map(|file| left.get_key_value(file))?.0;
        if let Some(from) = way.iter().position(|&file| file == next) {
            let name = |file: &&Module| if file.is_empty() { "lib".into() } else { file.join("/") };
            return Some(way[from..].iter().map(name).collect());
        }
        way.push(next);
    }
}

fn made_up(files: &[(&str, &str)]) -> Files {
    let module = |name: &str| name.split('/').filter(|part| !part.is_empty()).map(String::from).collect();
    files.iter().map(|(name, text)| (module(name), text.to_string())).collect()
}

#[test]
fn imports_run_in_no_circles() {
    for root in ROOTS {
        let mut files = Files::new();
        read(&repository().join(root), &Module::new(), &mut files);
        assert!(files.len() > 10, "{root} has {} files", files.len());
        if let Some(circle) = circle(&files) {
            let first = &circle[0];
            let way = circle.join(" → ");
            panic!(
                "imports in {root} run in a circle: {way} → {first}. What they share belongs into a file below them."
            );
        }
    }
}

#[test]
fn a_circle_is_found_and_named() {
    let straight = [
        ("", "pub mod a;\npub mod b;\npub use b::B;\n"),
        ("a", "//! Used by [`B`](crate::b::B).\npub struct A;\n\n#[cfg(test)]\nmod tests {\n    use crate::b::B;\n}\n"),
        ("b", "mod c;\nuse crate::a::{self, A};\nuse std::fmt;\n"),
        ("b/c", "pub(super) use crate::a::A;\nfn c() -> fmt::Result {\n    super::super::a::c()\n}\n"),
    ];
    assert_eq!(circle(&made_up(&straight)), None);
    for (file, more, expected) in [
        ("a", "use crate::b::B;", &["a", "b"][..]),
        ("a", "use {\n    std::fmt,\n    crate::{b::{c::C, x}},\n};", &["a", "b"]),
        ("a", "pub(crate) use super::b as other;", &["a", "b"]),
        ("a", "fn a() {\n    let _ = crate::b::c::C::new();\n}", &["a", "b/c"]),
        ("a", "use crate::B;", &["lib", "b", "a"]),
        ("b/c", "use super::B;\nuse super::super::a::A;", &["b", "b/c"]),
    ] {
        let mut files = made_up(&straight);
        let module: Module = file.split('/').map(String::from).collect();
        files.get_mut(&module).unwrap().insert_str(0, &format!("{more}\n"));
        if file == "b/c" {
            files.get_mut(&vec!["b".to_string()]).unwrap().push_str("fn b() {\n    c::c();\n}\n");
        }
        let mut found = circle(&files).unwrap_or_else(|| panic!("no circle with {more}"));
        found.sort();
        let mut expected: Vec<String> = expected.iter().map(|file| file.to_string()).collect();
        expected.sort();
        assert_eq!(found, expected, "{more}");
    }
}

/// The paths at the left of the layout in CONTRIBUTING.md, each with those that are named beside it.
fn layout() -> Vec<(String, Vec<String>)> {
    let text = fs::read_to_string(repository().join("CONTRIBUTING.md")).unwrap();
    let block = text.split("## Layout\n\n```text\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let mut layout: Vec<(String, Vec<String>)> = Vec::new();
    for line in block.lines() {
        let mut words = line.split_whitespace();
        if !line.starts_with(' ') {
            layout.push((words.next().unwrap().into(), Vec::new()));
        }
        let words = words.map(|word| word.trim_start_matches('(').trim_end_matches([',', '.', ';', ':', ')']));
        let paths = words.filter(|word| word.contains('/') || word.ends_with(".rs")).map(String::from);
        layout.last_mut().unwrap().1.extend(paths);
    }
    layout
}

#[test]
fn the_layout_names_what_there_is() {
    let layout = layout();
    for (place, named) in &layout {
        assert!(repository().join(place).exists(), "{place} is in the layout, and not there");
        for path in named {
            // What is in capital letters stands for many names.
            let known =
                path.split('/').take_while(|part| !part.contains(char::is_uppercase)).collect::<Vec<_>>().join("/");
            assert!(
                repository().join(place).join(&known).exists(),
                "{path} is in the layout of {place}, and not there"
            );
        }
    }
    for root in ROOTS {
        let named = layout.iter().find(|(place, _)| place.trim_end_matches('/') == root);
        let (_, named) = named.unwrap_or_else(|| panic!("{root} is not in the layout"));
        for entry in fs::read_dir(repository().join(root)).unwrap().map(|entry| entry.unwrap().path()) {
            let folder = format!("{}/", entry.file_name().unwrap().to_str().unwrap());
            assert!(
                !entry.is_dir() || named.contains(&folder),
                "{root}/{folder} is not in the layout of CONTRIBUTING.md"
            );
        }
    }
}
