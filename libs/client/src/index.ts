export { ClientError, asClientError } from './core/client-error';
export { until, type Observable } from './core/observable';
export { backoffMs, systemClock, type Clock } from './core/clock';
export { browserNetwork, type Network } from './core/network';
export { httpUrl, socketUrl } from './core/urls';
export type { Fetch, HttpOptions } from './core/authorized-fetch';

export type { TokenProvider, TokenWish } from './session/token-provider';
export { consentToTranscripts, eraseEverything, transcriptConsent, type TranscriptConsent } from './session/own-data';
export { GuestSource, type GuestSourceOptions } from './session/guest-source';
export { TokenSource, type SessionState, type SessionUser, type TokenSourceOptions } from './session/token-source';

export { createAudioContext, keepRunning, loadWorklet } from './audio/audio-context';
export { MicrophoneCapture, type MicrophoneEvents, type MicrophoneOptions } from './audio/microphone-capture';
export { SpeechPlayback, type SpeechPlaybackOptions } from './audio/speech-playback';
export { AudioDeviceWatch, type AudioDevice, type AudioDevices } from './audio/devices';
export type { PlaybackReport } from './audio/worklet-messages';
export { Resampler } from './audio/resampler';
export { floatToPcm16, levelOf, meterOf, pcm16OfBase64, pcm16OfBytes, pcm16ToFloat } from './audio/pcm';

export { VoiceCall, type VoiceCallOptions } from './voice/voice-call';
export { VoiceClient, type VoiceClientOptions } from './voice/voice-client';
export type { VoiceEvents } from './voice/voice-events';
export { isLive, isOver, type CallState } from './voice/call-state';
export type { CallStatistics } from './voice/call-statistics';
export { BrowserCallAudio, type BrowserAudioOptions, type CallAudio } from './voice/call-audio';
export { Transcript, type TranscriptLine } from './voice/transcript';
export type { Remedy } from './socket/close-verdict';
export type { Credential } from './socket/credential';
export type { SocketOptions } from './socket/reconnecting-socket';
export { whyUnreachable } from './socket/ask-why';
export type { WebSocketFactory, WebSocketLike } from './socket/web-socket';

export { ChatClient, type ExportFormat } from './chat/chat-client';
export { askAssistant, type Question } from './chat/ask-assistant';
export { createChatTransport, type ChatTransportOptions } from './chat/chat-transport';
export { asChatError } from './chat/chat-error';
export { toUiMessages, type MessageMetadata, type ParleyMessage } from './chat/ui-messages';

export { RoomClient, type RoomClientOptions, type RoomConnection } from './rooms/room-client';
export { RoomDirectory, type NewRoom } from './rooms/room-directory';
export { AdminClient } from './admin/admin-client';
export type { Room, RoomMember, RoomState } from './rooms/room';
export type { Draft } from './rooms/drafts';
export type { Outgoing } from './rooms/outbox';
export type { Person, RoomClientEvents, RoomServerEvents } from './rooms/room-wire';
