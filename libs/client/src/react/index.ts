export { useMaybe, useObservable } from './use-observable';
export { useVoiceCall, type VoiceCallHook } from './use-voice-call';
export { useRoom, type RoomHook } from './use-room';
export { useRoomClient } from './use-room-client';
