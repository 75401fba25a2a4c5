//! From text to values: YAML 1.2 with merge keys, within limits, refusing common mistakes.

use super::error::{DocumentError, shown};
use super::node::{Content, Node, Place, Source};
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Tag};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Largest nesting depth of lists and mappings.
pub const DEEPEST: usize = 64;
/// Largest memory of all copies of anchored values, approximately, in bytes.
const MOST_COPIED: usize = 32 << 20;

/// Reads the single document in `text`; `None` if it is empty.
pub fn load(source: &Arc<Source>, text: &str) -> Result<Option<Node>, DocumentError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut loader =
        Loader { source, text, open: Vec::new(), root: None, anchored: HashMap::new(), copied: 0, documents: 0 };
    loader.refuse_unprintable()?;
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| loader.malformed(&error))?;
        loader.take(event, span.start)?;
    }
    Ok(loader.root)
}

struct Loader<'a> {
    source: &'a Arc<Source>,
    text: &'a str,
    /// Open lists and mappings, the outermost first.
    open: Vec<Open>,
    root: Option<Node>,
    anchored: HashMap<usize, Node>,
    copied: usize,
    documents: usize,
}

/// A list or mapping whose end has not been reached.
struct Open {
    at: (u32, u32),
    anchor: usize,
    inside: Inside,
}

enum Inside {
    List(Vec<Node>),
    Map {
        entries: Vec<(String, Node)>,
        names: HashSet<String>,
        /// The key whose value comes next.
        key: Option<Key>,
        /// Contents of merge keys, the most important first.
        merged: Vec<Node>,
    },
}

struct Key {
    name: String,
    at: (u32, u32),
    merges: bool,
}

impl Loader<'_> {
    fn take(&mut self, event: Event<'_>, mark: Marker) -> Result<(), DocumentError> {
        let at = place(&mark);
        match event {
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
            Event::DocumentStart(_) => {
                self.documents += 1;
                match self.documents {
                    1 => Ok(()),
                    _ => Err(self.wrong(at, "a second document begins; expected one document in a file".into())),
                }
            }
            Event::Scalar(text, style, anchor, tag) => {
                let text = text.into_owned();
                let plain = match self.kind(tag.as_deref(), at)? {
                    Some("str") => false,
                    Some("int" | "float" | "bool" | "null") => true,
                    Some(kind) => return Err(self.wrong(at, format!("`!!{}` does not go with a scalar", shown(kind)))),
                    None => style == ScalarStyle::Plain,
                };
                self.give(at, anchor, if plain { Content::Plain(text) } else { Content::Text(text) })
            }
            Event::SequenceStart(anchor, tag) => self.begin(at, anchor, tag, "seq", Inside::List(Vec::new())),
            Event::MappingStart(anchor, tag) => {
                let (entries, merged, names) = (Vec::new(), Vec::new(), HashSet::new());
                self.begin(at, anchor, tag, "map", Inside::Map { entries, names, key: None, merged })
            }
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(Open { at, anchor, inside: Inside::List(items) }) => self.give(at, anchor, Content::List(items)),
                Some(Open { at, anchor, inside: Inside::Map { entries, merged, .. } }) => {
                    self.give(at, anchor, Content::Map(with_merged(entries, &merged)))
                }
                None => Ok(()),
            },
            Event::Alias(anchor) => {
                let Some(node) = self.anchored.get(&anchor) else {
                    return Err(self.wrong(at, "an alias to a value that is not complete yet".into()));
                };
                let node = node.clone();
                if self.open.len() + node.depth() > DEEPEST {
                    return Err(self.too_deep(at));
                }
                self.count_copy(&node, at)?;
                self.put(node, at)
            }
        }
    }

    fn begin(
        &mut self,
        at: (u32, u32),
        anchor: usize,
        tag: Option<Cow<'_, Tag>>,
        expected: &str,
        inside: Inside,
    ) -> Result<(), DocumentError> {
        if let Some(kind) = self.kind(tag.as_deref(), at)?.filter(|kind| *kind != expected) {
            return Err(self.wrong(at, format!("`!!{}` does not go with a list or a mapping", shown(kind))));
        }
        if self.open.len() == DEEPEST {
            return Err(self.too_deep(at));
        }
        self.open.push(Open { at, anchor, inside });
        Ok(())
    }

    /// Inserts a new value into the innermost open list or mapping.
    fn give(&mut self, at: (u32, u32), anchor: usize, content: Content) -> Result<(), DocumentError> {
        let node = Node { place: Place { source: Arc::clone(self.source), at: Some(at) }, content };
        if anchor > 0 {
            self.count_copy(&node, at)?;
            self.anchored.insert(anchor, node.clone());
        }
        self.put(node, at)
    }

    fn put(&mut self, mut node: Node, at: (u32, u32)) -> Result<(), DocumentError> {
        let (source, open) = (self.source, self.open.last_mut());
        let wrong = |at, message| Err(error(source, at, message));
        match open.map(|open| &mut open.inside) {
            None => self.root = Some(node),
            Some(Inside::List(items)) => items.push(node),
            Some(Inside::Map { entries, names, key: slot, merged }) => match slot.take() {
                None => {
                    let (name, merges) = match node.content {
                        Content::Plain(name) if !name.is_empty() => {
                            let merges = name == "<<";
                            (name, merges)
                        }
                        Content::Text(name) => (name, false),
                        _ => return wrong(at, "expected a name before the colon".into()),
                    };
                    if !names.insert(name.clone()) {
                        return wrong(at, format!("duplicate key `{}`; expected each once", shown(&name)));
                    }
                    *slot = Some(Key { name, at, merges });
                }
                Some(key) if key.merges => match node.content {
                    Content::Map(_) => merged.push(node),
                    Content::List(items) if items.iter().all(|item| matches!(item.content, Content::Map(_))) => {
                        merged.extend(items);
                    }
                    _ => return wrong(key.at, "`<<` expects a mapping or a list of mappings".into()),
                },
                Some(key) => {
                    node.place = Place { source: Arc::clone(source), at: Some(key.at) };
                    entries.push((key.name, node));
                }
            },
        }
        Ok(())
    }

    /// The YAML type that a tag gives to a value.
    fn kind<'t>(&self, tag: Option<&'t Tag>, at: (u32, u32)) -> Result<Option<&'t str>, DocumentError> {
        match tag {
            None => Ok(None),
            Some(tag) if tag.is_yaml_core_schema() => Ok(Some(&tag.suffix)),
            Some(tag) => Err(self.wrong(at, format!("unknown tag `{}`; expected none", shown(&tag.to_string())))),
        }
    }

    fn count_copy(&mut self, node: &Node, at: (u32, u32)) -> Result<(), DocumentError> {
        self.copied += node.weight();
        if self.copied > MOST_COPIED {
            let most = MOST_COPIED >> 20;
            return Err(
                self.wrong(at, format!("copies of anchored values take more than {most} MiB, the most allowed"))
            );
        }
        Ok(())
    }

    /// Invisible text is not YAML, and must not appear in messages or file names.
    fn refuse_unprintable(&self) -> Result<(), DocumentError> {
        let hidden = |c: char| (c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{85}')) || c == '\u{feff}';
        let Some(found) = self.text.find(hidden) else { return Ok(()) };
        let before = &self.text[..found];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        let c = self.text[found..].chars().next().unwrap_or_default();
        let message = format!("contains the control character U+{:04X}; expected text", u32::from(c));
        Err(self.wrong((line as u32, column as u32), message))
    }

    fn malformed(&self, error: &ScanError) -> DocumentError {
        let at = place(error.marker());
        let line = self.text.lines().nth(at.0 as usize - 1).unwrap_or("");
        let indent = &line[..line.len() - line.trim_start().len()];
        if error.info().contains("recursion limit") {
            return self.too_deep(at);
        }
        if indent.contains('\t') || error.info().contains("tab") {
            return self.wrong(at, "not valid YAML: a tab where lines are indented; expected spaces".into());
        }
        self.wrong(at, format!("not valid YAML: {}", error.info()))
    }

    fn too_deep(&self, at: (u32, u32)) -> DocumentError {
        self.wrong(at, format!("lists and mappings are nested more than {DEEPEST} deep, the most allowed"))
    }

    fn wrong(&self, at: (u32, u32), message: String) -> DocumentError {
        error(self.source, at, message)
    }
}

fn error(source: &Source, at: (u32, u32), message: String) -> DocumentError {
    let place = Some((at.0 as usize, at.1 as usize));
    DocumentError { source_name: source.name.clone(), place, field: String::new(), message }
}

fn place(mark: &Marker) -> (u32, u32) {
    let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    (number(mark.line().max(1)), number(mark.col() + 1))
}

/// The entries of a mapping, plus those of its merge keys that it does not have itself.
fn with_merged(mut entries: Vec<(String, Node)>, merged: &[Node]) -> Vec<(String, Node)> {
    if merged.is_empty() {
        return entries;
    }
    let mut names: HashSet<String> = entries.iter().map(|(name, _)| name.clone()).collect();
    for node in merged {
        let Content::Map(more) = &node.content else { continue };
        entries.extend(more.iter().filter(|(name, _)| names.insert(name.clone())).cloned());
    }
    entries
}
