//! The list of pages: of all tasks below their families.

use super::FAMILIES;

/// The line below which the tasks are listed.
const ABOVE: &str = "- [Tasks and agents](tasks.md)";

/// The summary with the pages of these tasks in place of those that it lists.
pub fn with_tasks(summary: &str, ids: &[String]) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut below = false;
    for line in summary.lines() {
        // What is indented there is a family or a task.
        below = line == ABOVE || below && line.starts_with("  ");
        if !below || line == ABOVE {
            lines.push(line.into());
        }
        if line == ABOVE {
            for (family, ..) in FAMILIES {
                lines.push(format!("  - [{family}](tasks/{family}.md)"));
                let own = ids.iter().filter(|id| id.split('/').next() == Some(family));
                lines.extend(own.map(|id| format!("    - [{id}](tasks/{id}.md)")));
            }
        }
    }
    lines.join("\n") + "\n"
}

#[test]
fn tasks_are_listed_below_their_families_and_other_pages_stay() {
    let summary = format!(
        "# Summary\n\n{ABOVE}\n  - [gone](gone.md)\n    - [gone, too](gone.md)\n- [Other](other.md)\n  - [Kept](kept.md)\n"
    );
    let listed = with_tasks(&summary, &["cursor/a-v0".to_string()]);
    assert!(
        listed.contains(
            "  - [cursor](tasks/cursor.md)\n    - [cursor/a-v0](tasks/cursor/a-v0.md)\n- [Other](other.md)\n"
        )
    );
    assert!(listed.contains("  - [Kept](kept.md)\n") && !listed.contains("gone"), "{listed}");
    assert_eq!(with_tasks(&listed, &["cursor/a-v0".to_string()]), listed);
}
