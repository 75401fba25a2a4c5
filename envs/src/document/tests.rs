//! What a document must and must not be.

use super::*;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)]
struct Bike {
    mass: f32,
    wheel: Wheel,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)]
struct Wheel {
    radius: f32,
}

fn error(text: &str) -> String {
    Document::parse("bike.yaml", text).and_then(|document| document.read::<Bike>()).unwrap_err().to_string()
}

fn place_of(text: &str, path: &str) -> Option<(usize, usize)> {
    Document::parse("x", text).unwrap().error_at(path, String::new()).place
}

#[test]
fn an_unknown_field_is_named_with_its_place_and_the_nearest_name() {
    assert_eq!(
        error("mass: 3\nwheel:\n  radios: 0.3\n"),
        "bike.yaml:3:3: field `wheel.radios`: unknown name `radios`; did you mean `radius`? Expected one of: radius"
    );
}

#[test]
fn a_wrong_type_is_located() {
    let message = error("mass: heavy\nwheel: {radius: 0.3}\n");
    assert!(message.starts_with("bike.yaml:1:1: field `mass`:"), "{message}");
}

#[test]
fn fields_of_list_items_are_located() {
    let text = "blocks:\n- {task: a, steps: 1}\n- task: b\n  tags:\n  - steps: 8\n  steps: 2\n- {task: c}\nlast: 1\n";
    for (path, place) in [
        ("blocks[0].steps", Some((2, 13))),
        ("blocks[1].task", Some((3, 3))),
        ("blocks[1].tags[0].steps", Some((5, 5))),
        ("blocks[1].steps", Some((6, 3))),
        ("blocks[2].task", Some((7, 4))),
        ("blocks[2].steps", None),
        ("blocks[3].task", None),
        ("blocks[1]", Some((3, 3))),
        ("last", Some((8, 1))),
    ] {
        assert_eq!(place_of(text, path), place, "{path}");
    }
    let indented = text.replace("\n  ", "\n      ").replace("\n- ", "\n    - ");
    assert_eq!(place_of(&indented, "blocks[1].task"), Some((3, 7)));
}

#[test]
fn malformed_yaml_is_located() {
    let message = error("mass: [1, 2\nwheel: 3\n");
    assert!(message.starts_with("bike.yaml:"), "{message}");
    assert!(message.contains("not valid YAML"), "{message}");
}

#[test]
fn a_value_out_of_range_points_at_the_file_that_says_it() {
    let base = Document::parse("base.yaml", "mass: 3\nwheel:\n  radius: 0.3\n").unwrap();
    let over = Document::parse("over.yaml", "extends: base\n# heavier\nmass: -1\n").unwrap().extending(&base);
    let bike: Bike = over.read().unwrap();
    let invalid = Invalid::check("mass", bike.mass, 0.1..=200.0, "kg").unwrap_err();
    assert_eq!(
        over.invalid(&invalid).to_string(),
        "over.yaml:3:1: field `mass`: expected a number from 0.1 to 200 kg, found -1"
    );
    let invalid = Invalid::check("wheel.radius", f32::NAN, 0.1..=1.0, "m").unwrap_err();
    assert_eq!(
        over.invalid(&invalid).to_string(),
        "base.yaml:3:3: field `wheel.radius`: expected a number from 0.1 to 1 m, found NaN"
    );
}

#[test]
fn items_of_lists_are_located() {
    let indented = "name: x\nblocks:\n  - trials: 5\n    strength: 1\n  # more\n  - {trials: 2, strength: 3}\n  \
                    - strength: 4\n";
    let level = "blocks:\n- trials: 5\n  strength: 1\n- trials: 2\nrest:\n- strength: 7\n";
    for (text, path, place) in [
        (indented, "blocks[0].trials", Some((3, 5))),
        (indented, "blocks[0].strength", Some((4, 5))),
        (indented, "blocks[1].strength", Some((6, 17))),
        (indented, "blocks[2].strength", Some((7, 5))),
        (indented, "blocks[2].trials", None),
        (indented, "blocks[3]", None),
        (level, "blocks[0].strength", Some((3, 3))),
        (level, "blocks[1]", Some((4, 3))),
        (level, "blocks[1].strength", None),
        (level, "rest[0].strength", Some((6, 3))),
        ("notes: [{beat: 0, string: 7}]\n", "notes[0].string", Some((1, 19))),
        ("notes: [{beat: 0, string: 7}, {beat: 1}]\n", "notes[1].beat", Some((1, 32))),
        ("targets: [0, 90]\n", "targets[1]", Some((1, 14))),
    ] {
        assert_eq!(place_of(text, path), place, "{path} in\n{text}");
    }
}

#[test]
fn documents_that_are_no_mapping_are_refused() {
    for text in ["", "3", "- a\n- b\n", "just words"] {
        assert!(error(text).contains("expected a mapping"), "{text:?}");
    }
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Numbers {
    #[serde(default)]
    steps: u64,
    #[serde(default)]
    below: i32,
    #[serde(default)]
    size: f32,
    #[serde(default)]
    name: String,
    #[serde(default)]
    list: Vec<f64>,
    #[serde(default)]
    inner: Option<Box<Numbers>>,
}

fn numbers(text: &str) -> Result<Numbers, String> {
    Document::parse("n.yaml", text).and_then(|document| document.read()).map_err(|error| error.to_string())
}

fn refused(text: &str) -> String {
    let message = numbers(text).expect_err(text);
    assert!(!message.contains(char::is_control), "one line: {message:?}");
    assert!(message.len() < 2_000, "short: {} bytes", message.len());
    message
}

#[test]
fn numbers_are_written_as_on_the_command_line() {
    for (text, steps) in
        [("40", 40), ("4e1", 40), ("4_000", 4000), ("1e3", 1000), ("4_0e1", 400), ("+7", 7), ("7.0", 7)]
    {
        assert_eq!(numbers(&format!("steps: {text}\n")).unwrap().steps, steps, "{text}");
    }
    let found = numbers("size: 4_000.5\nbelow: -1_000\nlist: [1_0, 2e0, 0x10]\n").unwrap();
    assert_eq!((found.size, found.below, found.list), (4000.5, -1000, vec![10.0, 2.0, 16.0]));
    assert!(refused("steps: \"4_000\"\n").contains("n.yaml:1:1: field `steps`: expected a whole number"));
    assert_eq!(numbers("name: \"4_000\"\n").unwrap().name, "4_000");
    for text in ["1.5", "-1", ".inf", ".nan", "99999999999999999999", "1e30", "many", "4__0", "null", "[1]", "{a: 1}"] {
        let message = refused(&format!("steps: {text}\n"));
        assert!(message.contains("expected a whole number from 0 to 18446744073709551615"), "{message}");
    }
    assert!(refused("below: 3_000_000_000\n").contains("from -2147483648 to 2147483647, found 3000000000"));
    assert!(refused("size: wide\n").contains("expected a number, found the text `wide`"));
}

#[test]
fn byte_order_marks_and_line_ends_of_windows_are_no_content() {
    let found = numbers("\u{feff}steps: 3\r\nname: |\r\n  a\r\n  b\r\nsize: 2\r\n").unwrap();
    assert_eq!((found.steps, found.name.as_str(), found.size), (3, "a\nb\n", 2.0));
}

#[test]
fn merge_keys_bring_in_what_a_mapping_does_not_say_itself() {
    let found = numbers("inner: &a {steps: 1, size: 2, list: [1]}\nsteps: 9\n<<: *a\n").err();
    // The anchored mapping has no field that the whole may not have; its own fields win.
    assert_eq!(found, None);
    let found = numbers("inner: &a {steps: 1, size: 2}\n<<: *a\nsteps: 9\n").unwrap();
    assert_eq!((found.steps, found.size), (9, 2.0));
    let found = numbers("<<: [{steps: 1}, {steps: 2, size: 3}]\nname: x\n").unwrap();
    assert_eq!((found.steps, found.size), (1, 3.0));
    let found = numbers("inner: {<<: {steps: 1, inner: {<<: {below: 2}, size: 3}}}\n").unwrap();
    let inner = found.inner.unwrap();
    assert_eq!((inner.steps, inner.inner.unwrap().below), (1, 2));
    assert!(refused("<<: 3\n").contains("n.yaml:1:1: `<<` expects a mapping"));
    assert!(refused("\"<<\": {steps: 1}\n").contains("unknown name `<<`"));
}

#[test]
fn keys_said_twice_are_located() {
    assert_eq!(refused("steps: 1\nsize: 2\nsteps: 3\n"), "n.yaml:3:1: duplicate key `steps`; expected each once");
    assert!(refused("inner: {size: 2, size: 3}\n").starts_with("n.yaml:1:18: duplicate key `size`"));
}

#[test]
fn deep_nesting_and_copies_without_end_are_refused_at_once() {
    let start = std::time::Instant::now();
    for part in ["[", "{a: ", "- ", "? ", "[ {", "[\n", "{\n", "[a, ", "- - ", "{a: [", "&a ["] {
        for text in [part.repeat(100_000), format!("name: {}", part.repeat(100_000))] {
            let message = Document::parse("deep.yaml", &text).unwrap_err().to_string();
            assert!(message.starts_with("deep.yaml:") && message.len() < 300, "{part:?}: {message}");
        }
    }
    let message = refused(&format!("name: {}{}\n", "[".repeat(65), "]".repeat(65)));
    assert!(message.contains("nested more than 64 deep"), "{message}");
    let most = format!("a: {}{}\n", "[".repeat(63), "]".repeat(63));
    assert!(Document::parse("deep.yaml", &most).is_ok());
    assert!(Document::parse("deep.yaml", &format!("b: &b [{}{}]\n{most}", "[".repeat(40), "]".repeat(40))).is_ok());
    let nested: String = (0..70).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    assert!(refused(&nested).contains("nested more than 64 deep"));
    let aliased = format!("a: &a {}{}\nb: {}*a{}\n", "[".repeat(40), "]".repeat(40), "[".repeat(40), "]".repeat(40));
    assert!(refused(&aliased).contains("nested more than 64 deep"));
    let mut laughs = "a0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha, ha]\n".to_string();
    for level in 1..12 {
        let items = vec![format!("*a{}", level - 1); 10].join(", ");
        laughs.push_str(&format!("a{level}: &a{level} [{items}]\n"));
    }
    assert!(refused(&laughs).contains("copies of anchored values take more than 32 MiB"));
    let long = format!("name: &n {}\nlist: [{}]\n", "x".repeat(1 << 20), vec!["*n"; 1000].join(", "));
    assert!(refused(&long).contains("copies of anchored values"));
    assert!(refused("inner: &a {inner: *a}\n").contains("not complete"));
    assert!(start.elapsed().as_secs() < 30, "{:?}", start.elapsed());
}

#[test]
fn what_cannot_be_seen_is_refused_and_never_repeated() {
    for (text, parts) in [
        ("name: a\u{0}b\n", &["n.yaml:1:8", "control character U+0000"][..]),
        ("steps: 1\nname: \u{1b}[31m\n", &["n.yaml:2:7", "U+001B"]),
        ("steps: \"b\\nerror: forged\\e[31m\"\n", &["`b\\nerror: forged\\u{1b}[31m`"]),
        ("\"a\\nb\": 1\n", &["unknown name `a\\nb`", "field `a\\nb`"]),
        ("inner:\n\tsteps: 1\n", &["n.yaml:2:", "tab", "spaces"]),
        ("steps: 1\n---\nsteps: 2\n", &["n.yaml:2:1", "second document"]),
        ("steps: !!binary aGk=\n", &["!!binary"]),
        ("steps: !mine 1\n", &["unknown tag `!mine`"]),
        ("[1]: 2\n", &["expected a name before the colon"]),
        ("steps: *none\n", &["n.yaml:1:8"]),
    ] {
        let message = refused(text);
        for part in parts {
            assert!(message.contains(part), "`{part}` is missing from: {message}");
        }
    }
    let long = refused(&format!("steps: {}\n", "x".repeat(1 << 20)));
    assert!(long.contains("…") && long.contains("(1048576 characters)"), "{long}");
    refused(&format!("{}: 1\n", "x".repeat(1 << 20)));
    refused(&format!("? {}\n: 1\n", "x".repeat(1 << 20)));
}

#[test]
fn files_are_read_once_within_bounds_and_as_utf_8() {
    let folder = std::env::temp_dir().join(format!("etude-documents-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("x.yaml");
    for (bytes, part) in [
        (&b"\xff\xfea\0:\0"[..], "UTF-16"),
        (b"\xfe\xff\0a", "UTF-16"),
        (b"a: 1\nb: \xff\n", "not UTF-8 text: line 2"),
        (b"", "expected a mapping"),
    ] {
        std::fs::write(&path, bytes).unwrap();
        let message = Document::open(&path).unwrap_err().to_string();
        assert!(message.contains(part), "{message}");
    }
    assert!(Document::open(&folder).unwrap_err().to_string().contains("is a folder"));
    assert!(Document::open(&folder.join("none")).unwrap_err().to_string().contains("cannot be read"));
    std::fs::write(&path, format!("# {}\nsteps: 1\n", "x".repeat(5 << 20))).unwrap();
    assert!(Document::open(&path).unwrap_err().to_string().contains("expected at most 4194304"));
    assert!(Document::open_up_to(&path, 6 << 20).is_ok());
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn text_that_looks_like_a_number_is_still_text_when_the_resolved_document_is_read() {
    let text = "name: \"4_000\"\nsteps: 4_000\ninner: {name: \"12\", size: 1e3, list: [.5, 007e0]}\n";
    let document = Document::parse("n.yaml", text).unwrap();
    let again = Document::parse("resolved", &document.resolved()).unwrap();
    assert_eq!(document.read::<Numbers>().unwrap(), again.read::<Numbers>().unwrap());
    assert_eq!(document.resolved(), again.resolved());
}

#[test]
fn a_field_below_a_key_with_dots_is_located() {
    let document = Document::parse("a.yaml", "grid:\n  b.c: [1, 2]\n  b: {c: 3}\n  d.e:\n    f: 4\n").unwrap();
    let place = |field: &str| document.error_at(field, String::new()).place;
    assert_eq!(place("grid.d.e.f"), Some((5, 5)));
    assert_eq!(place("grid.b.c[1]"), Some((2, 12)));
    // Where both are there, the plain reading is meant.
    assert_eq!(place("grid.b.c"), Some((3, 7)));
    assert_eq!(place("grid.d.x"), None);
    assert_eq!(place("grid.d.ee"), None);
}
