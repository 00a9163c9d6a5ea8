import { playRole } from '../processes';
import { startBare } from './bare';
import { startGateway } from './gateway';
import { startModel } from './model';
import { startRelay } from './relay';
import { startSpeakers } from './speakers';
import { startSurroundings } from './surroundings';

await playRole({
  bare: startBare,
  relay: startRelay,
  gateway: startGateway,
  model: startModel,
  speakers: startSpeakers,
  surroundings: startSurroundings,
});
