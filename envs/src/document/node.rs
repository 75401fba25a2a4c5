//! A value of a document, with its position.

use super::error::{nearest, shown};
use super::scalar::Scalar;
use serde_yaml::{Mapping, Value};
use std::path::PathBuf;
use std::sync::Arc;

/// Origin of a document.
#[derive(Clone, Debug)]
pub struct Source {
    /// The file path or name shown in errors.
    pub name: String,
    /// The folder to which its paths are relative; `None` if there is none.
    pub folder: Option<PathBuf>,
}

/// Position of a value.
#[derive(Clone, Debug)]
pub struct Place {
    pub source: Arc<Source>,
    /// Line and column, from 1, of its key, or of the value itself in a list; `None` if it was not read from text.
    pub at: Option<(u32, u32)>,
}

/// A value and its position.
#[derive(Clone, Debug)]
pub struct Node {
    pub place: Place,
    pub content: Content,
}

/// A value.
#[derive(Clone, Debug)]
pub enum Content {
    /// A scalar without quotes: a number, text, …, depending on the expected type.
    Plain(String),
    /// Text.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// A mapping, in the order of the text.
    Map(Vec<(String, Node)>),
}

impl Node {
    /// The value at a dotted path such as `blocks[1].task`. A key may itself contain dots, like the path of a setting.
    pub fn at(&self, path: &str) -> Option<&Node> {
        let walked = segments(path).try_fold(self, |node, segment| match (&node.content, segment.strip_suffix(']')) {
            (Content::List(items), Some(index)) => items.get(index.parse::<usize>().ok()?),
            (Content::Map(_), _) => node.get(segment),
            _ => None,
        });
        walked.or_else(|| self.below_dotted_key(path))
    }

    fn below_dotted_key(&self, path: &str) -> Option<&Node> {
        let Content::Map(entries) = &self.content else { return None };
        entries.iter().find_map(|(key, node)| {
            let rest = path.strip_prefix(key.as_str())?;
            let below = rest.strip_prefix('.').unwrap_or(rest);
            (rest.is_empty() || rest.starts_with(['.', '['])).then(|| node.at(below))?
        })
    }

    /// The value at a dotted path, mutable.
    pub fn at_mut(&mut self, path: &str) -> Option<&mut Node> {
        segments(path).try_fold(self, |node, segment| match (&mut node.content, segment.strip_suffix(']')) {
            (Content::List(items), Some(index)) => items.get_mut(index.parse::<usize>().ok()?),
            (Content::Map(entries), _) => entries.iter_mut().find(|(key, _)| key == segment).map(|(_, value)| value),
            _ => None,
        })
    }

    /// Like [`Node::at_mut`], but list items may also be written as `blocks.1`, and a missing last key is created.
    ///
    /// # Errors
    /// A sentence about a path that does not exist, with what exists.
    pub fn slot(&mut self, path: &str) -> Result<&mut Node, String> {
        let all: Vec<&str> = segments(path).map(|segment| segment.strip_suffix(']').unwrap_or(segment)).collect();
        let Some((last, way)) = all.split_last() else { return Err("expected the path of a value".into()) };
        let mut node = self;
        for segment in way {
            node = node.child(segment)?;
        }
        let place = node.place.clone();
        if let Content::Map(entries) = &mut node.content
            && !entries.iter().any(|(key, _)| key == last)
        {
            entries.push(((*last).into(), Node { place, content: Content::Text(String::new()) }));
        }
        node.child(last)
    }

    fn child(&mut self, segment: &str) -> Result<&mut Node, String> {
        let wanted = shown(segment);
        match &mut self.content {
            Content::Map(entries) => {
                let Some(found) = entries.iter().position(|(key, _)| key == segment) else {
                    let near = nearest(segment, entries.iter().map(|(key, _)| key.as_str()));
                    let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_else(|| {
                        let keys: Vec<&str> = entries.iter().map(|(key, _)| key.as_str()).collect();
                        format!("; there is: {}", shown(&keys.join(", ")))
                    });
                    return Err(format!("there is no `{wanted}`{near}"));
                };
                Ok(&mut entries[found].1)
            }
            Content::List(items) => {
                let count = items.len();
                segment.parse::<usize>().ok().and_then(|index| items.get_mut(index)).ok_or_else(|| {
                    format!("there is no item `{wanted}`; expected a number below {count}, counted from 0")
                })
            }
            Content::Plain(_) | Content::Text(_) => Err(format!("there is no `{wanted}` in a single value")),
        }
    }

    /// Removes its position in the text.
    pub fn unplace(&mut self) {
        self.place.at = None;
        match &mut self.content {
            Content::Plain(_) | Content::Text(_) => {}
            Content::List(items) => items.iter_mut().for_each(Node::unplace),
            Content::Map(entries) => entries.iter_mut().for_each(|(_, value)| value.unplace()),
        }
    }

    /// The value of a key of a mapping.
    pub fn get(&self, wanted: &str) -> Option<&Node> {
        let Content::Map(entries) = &self.content else { return None };
        entries.iter().find(|(key, _)| key == wanted).map(|(_, value)| value)
    }

    /// Its text, if it is a text.
    pub fn text(&self) -> Option<&str> {
        match &self.content {
            Content::Text(text) => Some(text),
            Content::Plain(text) if Scalar::of(text) == Scalar::Text => Some(text),
            _ => None,
        }
    }

    /// Overlays it with `over`: mappings are merged, anything else is replaced.
    pub fn merge(&mut self, over: &Node) {
        match (&mut self.content, &over.content) {
            (Content::Map(base), Content::Map(over_entries)) => {
                for (key, value) in over_entries {
                    match base.iter_mut().find(|(known, _)| known == key) {
                        Some((_, slot)) => slot.merge(value),
                        None => base.push((key.clone(), value.clone())),
                    }
                }
                // The innermost file that gives a value is the one to correct.
                self.place = over.place.clone();
            }
            _ => *self = over.clone(),
        }
    }

    /// Marks everything in it as coming from `source`.
    pub fn say_from(&mut self, source: &Arc<Source>) {
        self.place.source = Arc::clone(source);
        match &mut self.content {
            Content::Plain(_) | Content::Text(_) => {}
            Content::List(items) => items.iter_mut().for_each(|item| item.say_from(source)),
            Content::Map(entries) => entries.iter_mut().for_each(|(_, value)| value.say_from(source)),
        }
    }

    /// Depth of nesting; 0 for a scalar.
    pub fn depth(&self) -> usize {
        match &self.content {
            Content::Plain(_) | Content::Text(_) => 0,
            Content::List(items) => 1 + items.iter().map(Node::depth).max().unwrap_or(0),
            Content::Map(entries) => 1 + entries.iter().map(|(_, value)| value.depth()).max().unwrap_or(0),
        }
    }

    /// Approximate memory of a copy, in bytes.
    pub fn weight(&self) -> usize {
        size_of::<Node>()
            + match &self.content {
                Content::Plain(text) | Content::Text(text) => text.len(),
                Content::List(items) => items.iter().map(Node::weight).sum(),
                Content::Map(entries) => entries.iter().map(|(key, value)| key.len() + value.weight()).sum(),
            }
    }

    /// As a value without positions.
    pub fn value(&self) -> Value {
        match &self.content {
            Content::Text(text) => Value::String(text.clone()),
            Content::Plain(text) => match Scalar::of(text) {
                Scalar::Null => Value::Null,
                Scalar::Bool(value) => value.into(),
                Scalar::Whole(number) => number.into(),
                Scalar::Signed(number) => number.into(),
                Scalar::Real(number) => number.into(),
                Scalar::Text => Value::String(text.clone()),
            },
            Content::List(items) => Value::Sequence(items.iter().map(Node::value).collect()),
            Content::Map(entries) => {
                let entries = entries.iter().map(|(key, node)| (Value::String(key.clone()), node.value()));
                Value::Mapping(entries.collect::<Mapping>())
            }
        }
    }
}

fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split(['.', '[']).filter(|segment| !segment.is_empty())
}
