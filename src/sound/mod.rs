//! Sound of what is played: plucked strings by extended Karplus–Strong synthesis (Karplus & Strong 1983, Computer Music
//! Journal 7(2):43–55; Jaffe & Smith 1983, ibid. 56–69), as samples and as WAV.
//!
//! `rate` has the sample rate, `filters` the filters in a string's loop, `string` one string, `track` the instrument
//! over time, `episode` the sound of an evaluation, `wav` the file format. The synthesis only knows a
//! [`Tone`](etude_envs::tone::Tone) for each string and env step. It uses no random numbers, so that the same tones
//! give the same samples.

mod episode;
mod filters;
mod rate;
mod string;
mod track;
mod wav;

pub use episode::EpisodeSound;
pub use rate::SAMPLE_RATE;
pub use track::SoundTrack;
pub use wav::{refuse_other_sounds, wav, write_wav};
