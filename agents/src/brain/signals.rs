//! What a brain reports of itself: the signals of each part and the populations of units, with units and meanings.
//!
//! The lists drive what is reported: a part gives one value for each signal of its list.

use crate::signal::Signal;

const DOPAMINE: Signal = Signal::new("dopamine", "scaled reward", "temporal-difference error of the last step");
const DOPAMINE_ADAPTED: Signal = Signal::new(
    "dopamine_adapted",
    "1",
    "the same within its bounds, over the size that is usual: the dopamine signal",
);
const CLIMBING_FIBRE: Signal = Signal::new(
    "climbing_fibre",
    "1",
    "mean magnitude of the error signals: in typical feedback commands, in standard deviations of the prediction error (the larger \
     of both), or, of a motor cortex, in units of the aim",
);

/// Of basal ganglia.
pub(super) const BASAL_GANGLIA: [Signal; 7] = [
    DOPAMINE,
    DOPAMINE_ADAPTED,
    Signal::new("value", "scaled reward", "value of the last observation, V(s)"),
    Signal::new("reward_scale", "scaled reward", "what a reward of 1 is scaled to; 0 before any reward"),
    Signal::new("exploration", "1", "mean standard deviation of the actions, which are in [-1, 1]"),
    Signal::new("step_size_actor", "1", "step size of the actor's last update"),
    Signal::new("step_size_critic", "1", "step size of the critic's last update"),
];

/// Of basal ganglia with structural plasticity.
pub(super) const STRUCTURE: [Signal; 3] = [
    Signal::new(
        "capacity_actor",
        "1",
        "units of the actor that are in use, in effect: the participation ratio of their utilities",
    ),
    Signal::new("capacity_critic", "1", "the same of the critic"),
    Signal::new("units_replaced", "1", "units that have been pruned and regrown so far"),
];

/// Of a cerebellum.
pub(super) const CEREBELLUM: [Signal; 3] = [
    Signal::new(
        "cerebellar_share",
        "1",
        "magnitude of the cerebellum's command over the sum of its own and that of the basal ganglia, from 0 to 1",
    ),
    Signal::new("trust", "1", "how far the cerebellum is relied upon, from 0 to 1"),
    CLIMBING_FIBRE,
];

/// Of a cerebellum that learns from feedback commands.
pub(super) const FEEDBACK_ERROR: [Signal; 3] = [
    Signal::new(
        "error_sensitivity",
        "1",
        "factor by which errors such as those of the last episode are learned from; 1 in the naive",
    ),
    Signal::new(
        "prediction_reliance",
        "1",
        "how far the prediction stands in for an error that is hidden or trembles, from 0 to 1",
    ),
    Signal::new("reward_weight", "1", "what is left to reward where error is relied upon by `trust`: 1 less that"),
];

/// Of a cerebellum that corrects a changed body.
pub(super) const MODEL_REFERENCE: [Signal; 4] = [
    Signal::new("surprise", "1", "recent over usual squared prediction error, where it is largest"),
    Signal::new("change_noticed", "1", "whether the body is taken for another than the practised one: 1 or 0"),
    Signal::new("context", "1", "index of the body that it takes itself to be in, from 0, the first"),
    Signal::new("contexts_known", "1", "number of bodies that it knows"),
];

/// Of a cerebellum that predicts senses.
pub(super) const SENSORY_PREDICTION: [Signal; 1] = [Signal::new(
    "sensory_error",
    "1",
    "mean magnitude of what is felt less what was predicted, in standard deviations; 0 where nothing is felt",
)];

/// Of a motor cortex.
pub(super) const MOTOR_CORTEX: [Signal; 6] = [
    DOPAMINE,
    DOPAMINE_ADAPTED,
    CLIMBING_FIBRE,
    Signal::new(
        "control",
        "1",
        "how well what is steered comes ahead compared with what is usual, from 0 to 1, squared",
    ),
    Signal::new(
        "unit_change",
        "1",
        "what reward has changed in the units' weights since the morning, over the size of the weights",
    ),
    Signal::new(
        "association_change",
        "1",
        "what error has changed in the association of aims with commands, over the size of the native one",
    ),
];

/// The units of a motor cortex, and of a command that goes through units.
pub(super) const MOTOR_UNITS: Signal =
    Signal::new("motor-cortex", "1", "activity of the units of the motor cortex, in units of the action");
/// The units that a policy reads.
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
