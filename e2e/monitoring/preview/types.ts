// What grafana/geminid.json is held against: the schema of Grafana's own
// dashboards and of the panels in it.
import type { Dashboard } from '@grafana/schema';
import type * as Heatmap from '@grafana/schema/dist/esm/raw/composable/heatmap/panelcfg/x/HeatmapPanelCfg_types.gen';
import type * as Stat from '@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen';
import type * as StateTimeline from '@grafana/schema/dist/esm/raw/composable/statetimeline/panelcfg/x/StateTimelinePanelCfg_types.gen';
import type * as TimeSeries from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen';

// In JSON an enumeration is one of its texts.
type Plain<T> = T extends string
  ? `${T}`
  : T extends (infer E)[]
    ? Plain<E>[]
    : T extends object
      ? { [K in keyof T]: Plain<T[K]> }
      : T;

// Grafana fills in what the options of a panel leave out.
type Some<T> = T extends string
  ? `${T}`
  : T extends (infer E)[]
    ? Some<E>[]
    : T extends object
      ? { [K in keyof T]?: Some<T[K]> }
      : T;

// The schema leaves out what the Prometheus data source adds to annotations, and
// the text of a query variable.
interface Added {
  annotations?: {
    list?: {
      expr?: string;
      step?: string;
      titleFormat?: string;
      textFormat?: string;
      useValueForTime?: boolean;
    }[];
  };
  templating?: { list?: { definition?: string }[] };
}

export type Board = Plain<Partial<Dashboard>> & Added;

export interface Options {
  heatmap: Some<Heatmap.Options>;
  stat: Some<Stat.Options>;
  'state-timeline': Some<StateTimeline.Options>;
  timeseries: Some<TimeSeries.Options>;
}

export interface Custom {
  heatmap: Some<Heatmap.FieldConfig>;
  stat: {};
  'state-timeline': Some<StateTimeline.FieldConfig>;
  timeseries: Some<TimeSeries.FieldConfig>;
}
