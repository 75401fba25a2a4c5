//! Lesions: parts of an agent switched off, wholly or partly, at any time.

/// Why a lesion is impossible.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum LesionError {
    /// The agent has no such part.
    #[error("no part `{part}` to lesion{}; {}", .nearest.map(|near| format!(", did you mean `{near}`?")).unwrap_or_default(), list(.parts))]
    Unknown {
        /// The requested name.
        part: String,
        /// The part with the closest spelling, if any is close.
        nearest: Option<&'static str>,
        /// The parts of the agent.
        parts: Vec<&'static str>,
    },
    /// The size of the lesion is out of range.
    #[error("lesion of `{part}`: expected a value from 0 to {largest}, found {found}")]
    Size {
        /// The part.
        part: &'static str,
        /// Size of its largest lesion.
        largest: f32,
        /// The requested size.
        found: f32,
    },
}

/// Finds a part by name among the agent's parts with their largest lesions, and checks the size.
pub(crate) fn find(
    part: &str,
    size: f32,
    parts: impl Iterator<Item = (&'static str, f32)>,
) -> Result<&'static str, LesionError> {
    let parts: Vec<(&'static str, f32)> = parts.collect();
    let Some(&(part, largest)) = parts.iter().find(|(name, _)| *name == part) else {
        let parts: Vec<&'static str> = parts.iter().map(|&(name, _)| name).collect();
        let nearest = parts.iter().copied().map(|name| (distance(part, name), name)).min();
        let nearest = nearest.filter(|&(distance, name)| distance <= 1 + name.len() / 3).map(|(_, name)| name);
        return Err(LesionError::Unknown { part: part.into(), nearest, parts });
    };
    if (0.0..=largest).contains(&size) { Ok(part) } else { Err(LesionError::Size { part, largest, found: size }) }
}

fn list(parts: &[&'static str]) -> String {
    if parts.is_empty() { "this agent has no parts".into() } else { format!("there is: {}", parts.join(", ")) }
}

/// Levenshtein distance between the first 64 characters.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().take(64).collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (above, character) in left.chars().take(64).enumerate() {
        let mut diagonal = row[0];
        row[0] = above + 1;
        for (index, &other) in right.iter().enumerate() {
            let changed = diagonal + usize::from(character != other);
            diagonal = row[index + 1];
            row[index + 1] = changed.min(diagonal + 1).min(row[index] + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_by_hand() {
        for (left, right, expected) in [("", "abc", 3), ("kitten", "sitting", 3), ("same", "same", 0), ("ab", "", 2)] {
            assert_eq!(distance(left, right), expected);
        }
    }

    #[test]
    fn unknown_parts_and_sizes_are_errors_that_say_what_there_is() {
        let parts = || [("cerebellum", 1.0), ("cerebellum-noise", 10.0)].into_iter();
        let message = |part, size| find(part, size, parts()).unwrap_err().to_string();
        assert_eq!(find("cerebellum-noise", 3.0, parts()), Ok("cerebellum-noise"));
        assert_eq!(
            message("cerebelum", 1.0),
            "no part `cerebelum` to lesion, did you mean `cerebellum`?; there is: cerebellum, cerebellum-noise"
        );
        assert_eq!(message("foot", 1.0), "no part `foot` to lesion; there is: cerebellum, cerebellum-noise");
        assert_eq!(message("cerebellum", 1.5), "lesion of `cerebellum`: expected a value from 0 to 1, found 1.5");
        assert_eq!(message("cerebellum", f32::NAN), "lesion of `cerebellum`: expected a value from 0 to 1, found NaN");
        let none = find("foot", 1.0, std::iter::empty()).unwrap_err().to_string();
        assert_eq!(none, "no part `foot` to lesion; this agent has no parts");
    }
}
