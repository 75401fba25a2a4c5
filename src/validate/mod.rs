//! Validation of the brain against published findings: each validation repeats an experiment and compares the result
//! with bands fixed in advance.
//!
//! | file | contents |
//! |---|---|
//! | `list.rs` | all findings, with claim and source |
//! | `setting.rs` | the agent, its subjects and its alterations |
//! | `line.rs` | bands, measures and verdicts |
//! | `adaptation.rs` | V1 adaptation to a force field, V2 its two-state course |
//! | `recovery.rs` | V3 spontaneous recovery |
//! | `savings.rs` | V4 savings, V23 their sign |
//! | `dopamine.rs`, `conditioning.rs` | V7 reward prediction error, V8 and V9 its adaptive gain |
//! | `climbing_fibre.rs` | V14 graded error |
//! | `reinforcement.rs` | V16a and V16b sensory against reward error, and the lesions that tell them apart |
//! | `generalisation.rs` | V5 generalisation to other targets |
//! | `plan.rs` | V18 to V21: turned and clamped cursors |
//! | `history.rs` | V6 structural learning, V22 evoked recovery, V24 sensitivity by the history of errors |
//! | `feedback.rs` | V25 reward beside error, V26 uncertain feedback |
//! | `turned.rs` | V10 turned decoders |
//! | `manifold.rs` | V11 and V12 decoders within and outside the manifold, over a day and over ten |
//! | `cells.rs` | V13b units in a force field |
//! | `practice.rs` | V15 capacity and practice |
//! | `share.rs` | V17 the cerebellum's share in transfer |
//! | `mutants.rs` | brains broken on purpose, and which bands notice |
//! | `session.rs` | an agent going through trials of reaching |
//! | `steering.rs` | an agent steering a cursor, through a decoder that was fitted to it |
//!
//! A band is never moved; a measure outside it is reported as a miss, and one that is not taken as not run.

mod adaptation;
mod cells;
mod climbing_fibre;
mod conditioning;
mod dopamine;
mod feedback;
mod generalisation;
mod history;
mod line;
mod list;
mod manifold;
pub mod mutants;
mod plan;
mod practice;
mod recovery;
mod reinforcement;
mod savings;
mod session;
mod setting;
mod share;
mod steering;
mod turned;

pub use line::{Band, FIGURE_COLUMNS, Line, Mechanism, Outcome};
pub use list::{VALIDATIONS, Validation};
pub use setting::{Part, Setting};
