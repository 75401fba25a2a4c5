//! The signals of the brain's parts and the populations of units, with units and meanings.
//!
//! The lists determine what is reported: a part gives one value for each signal of its list.

use crate::signal::Signal;

const DOPAMINE: Signal = Signal::new(
    "dopamine",
    "scaled reward",
    "temporal-difference error of the last step; for a motor cortex, reward minus expected reward",
);
const DOPAMINE_ADAPTED: Signal = Signal::new(
    "dopamine_adapted",
    "1",
    "dopamine signal: the temporal-difference error, clipped and divided by the usual size of errors",
);
const CLIMBING_FIBRE: Signal = Signal::new(
    "climbing_fibre",
    "1",
    "mean magnitude of the error signals: in typical feedback commands or in standard deviations of the prediction error, \
     whichever is larger; for a motor cortex, in units of the aim",
);

/// Signals of basal ganglia.
pub(super) const BASAL_GANGLIA: [Signal; 7] = [
    DOPAMINE,
    DOPAMINE_ADAPTED,
    Signal::new("value", "scaled reward", "value of the last observation, V(s)"),
    Signal::new("reward_scale", "scaled reward", "scaled size of a reward of 1; 0 before any reward"),
    Signal::new("exploration", "1", "mean standard deviation of the policy over the actions, which are in [-1, 1]"),
    Signal::new("step_size_actor", "1", "step size of the actor's last update"),
    Signal::new("step_size_critic", "1", "step size of the critic's last update"),
];

/// Signals of basal ganglia with structural plasticity.
pub(super) const STRUCTURE: [Signal; 3] = [
    Signal::new(
        "capacity_actor",
        "1",
        "effective number of units of the actor in use: the participation ratio of their utilities, (Σu)²/Σu²",
    ),
    Signal::new(
        "capacity_critic",
        "1",
        "effective number of units of the critic in use: the participation ratio of their utilities, (Σu)²/Σu²",
    ),
    Signal::new("units_replaced", "1", "number of units pruned and regrown so far"),
];

/// Signals of a cerebellum.
pub(super) const CEREBELLUM: [Signal; 3] = [
    Signal::new(
        "cerebellar_share",
        "1",
        "magnitude of the cerebellum's command, divided by the sum of this and the basal ganglia's, from 0 to 1",
    ),
    Signal::new("trust", "1", "weight of the cerebellum's contribution, from 0 to 1"),
    CLIMBING_FIBRE,
];

/// Signals of a cerebellum that learns from feedback commands.
pub(super) const FEEDBACK_ERROR: [Signal; 3] = [
    Signal::new(
        "error_sensitivity",
        "1",
        "factor on the learning rate for errors like those of the last episode; 1 before any experience",
    ),
    Signal::new(
        "prediction_reliance",
        "1",
        "weight of the predicted error in place of an error that is hidden or noisy, from 0 to 1",
    ),
    Signal::new("reward_weight", "1", "weight of learning from reward, 1 minus `trust`"),
];

/// Signals of a cerebellum that corrects for a changed body.
pub(super) const MODEL_REFERENCE: [Signal; 4] = [
    Signal::new(
        "surprise",
        "1",
        "recent squared prediction error divided by the usual one, largest over predicted values",
    ),
    Signal::new("change_noticed", "1", "whether the body is judged to differ from the practised one: 1 or 0"),
    Signal::new("context", "1", "index of the body that it infers, from 0, the first"),
    Signal::new("contexts_known", "1", "number of bodies that it has learned"),
];

/// Signals of a cerebellum that predicts senses.
pub(super) const SENSORY_PREDICTION: [Signal; 1] = [Signal::new(
    "sensory_error",
    "1",
    "mean absolute difference between felt and predicted values, in standard deviations; 0 while nothing is felt",
)];

/// Signals of a motor cortex.
pub(super) const MOTOR_CORTEX: [Signal; 6] = [
    DOPAMINE,
    DOPAMINE_ADAPTED,
    CLIMBING_FIBRE,
    Signal::new("control", "1", "squared ratio of recent to usual progress of the cursor, from 0 to 1"),
    Signal::new(
        "unit_change",
        "1",
        "norm of the change of the units' weights by reward since the last night, divided by the norm of the weights",
    ),
    Signal::new(
        "association_change",
        "1",
        "norm of the change of the association from aims to commands by error, divided by the norm of the native association",
    ),
];

/// The units of a motor cortex, or of a command population.
pub(super) const MOTOR_UNITS: Signal =
    Signal::new("motor-cortex", "1", "activity of the units of the motor cortex, in units of the action");
/// The units that the policy reads.
pub(super) const CORTEX_UNITS: Signal =
    Signal::new("cortex", "1", "activity of the actor's hidden layer, which the policy reads");

/// All signals that brains may report, each once.
pub(super) fn all() -> Vec<Signal> {
    let parts: [&[Signal]; 7] = [
        &BASAL_GANGLIA,
        &STRUCTURE,
        &CEREBELLUM,
        &FEEDBACK_ERROR,
        &MODEL_REFERENCE,
        &SENSORY_PREDICTION,
        &MOTOR_CORTEX,
    ];
    let mut all: Vec<Signal> = Vec::new();
    for signal in parts.into_iter().flatten() {
        if !all.contains(signal) {
            all.push(*signal);
        }
    }
    all
}
